import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, expect, test } from "vitest";
import { pollUntil } from "../../chaos/poll-until.ts";
import { startService } from "../support/running-service.ts";
import { type Published, type TestSubscription, TestSubscriptions } from "../support/test-subscriptions.ts";

let subscriptions: TestSubscriptions;
let refusing: TestSubscription;
let statement: Published;
beforeAll(async () => {
  subscriptions = new TestSubscriptions(await startService({ RETRY_SCHEDULE: "0,3600,7200,7200" }));
  const [good, failing, paused] = await Promise.all([
    subscriptions.subscribe({ description: "Morning Star" }),
    subscriptions.subscribe({ description: "Evening Post" }),
    subscriptions.subscribe({ description: "Weekly" }),
    subscriptions.subscribe({ description: "Aravot", filter: { lang: "hy" } }),
  ]);
  refusing = failing;
  failing.receiver.behave("fail");
  await subscriptions.call("POST", `/subscriptions/${paused.id}/pause`);
  statement = await subscriptions.publish();
  await Promise.all([
    subscriptions.logged(good, statement, "delivered 1"),
    subscriptions.logged(failing, statement, "pending 1"),
    subscriptions.logged(paused, statement, "held 0"),
  ]);
});
afterAll(() => subscriptions[Symbol.asyncDispose]());

test("shows who has a release, who has not and why, and the command that says more", async () => {
  const run = await subscriptions.run(["recipients", statement.url]);
  expect(run.code).toBe(0);
  const [title, counts, headings, ...rows] = run.stdout.trimEnd().split("\n");
  expect(title).toBe(`“${statement.title}”  ${statement.url}  published`);
  expect(counts).toBe("3 subscriptions: 1 waiting, 1 held, 1 delivered");
  expect(headings?.split("\t")).toEqual([
    "subscription",
    "name",
    "status",
    "state",
    "event",
    "sequence",
    "delivered",
    "next attempt",
    "why",
  ]);
  const cells = rows.map((row) => row.split("\t"));
  expect(cells.map(([, name, , state]) => [name, state])).toEqual([
    ["Evening Post", "waiting"],
    ["Weekly", "held"],
    ["Morning Star", "delivered"],
  ]);
  expect(cells[0]?.at(-1)).toMatch(/^answered 500; next attempt /);
  expect(cells[1]?.at(-1)).toBe("held until it is resumed: the subscription is paused");
  expect(cells[2]?.[6]).toMatch(/^\d{4}-\d\d-\d\dT/);
  expect(run.stderr).toContain(
    `See every attempt: npm run communique -- deliveries ${refusing.id} ${statement.id} --to ${subscriptions.service.url}`,
  );
});

test("prints the answer of the API with --json", async () => {
  const run = await subscriptions.run(["recipients", statement.id, "--json"]);
  expect(JSON.parse(run.stdout)).toMatchObject({
    counts: { subscriptions: 3, waiting: 1, held: 1, delivered: 1 },
    data: [{ description: "Evening Post" }, { description: "Weekly" }, { description: "Morning Star" }],
  });
});

test("names a subscription of the WebSub hub, and its log as a whole", async () => {
  // Confirms what the hub asks, and refuses the feeds.
  await using callback = createServer(({ method, url = "" }, response) => {
    const challenge = new URL(url, "http://localhost").searchParams.get("hub.challenge");
    response.writeHead(method === "GET" ? 200 : 500).end(challenge);
  }).listen(0, "127.0.0.1");
  await once(callback, "listening");
  const { origin } = new URL(subscriptions.service.url);
  const { url } = await subscriptions.publish({ slug: "for-the-hub" });
  const body = new URLSearchParams({
    "hub.mode": "subscribe",
    "hub.callback": `http://127.0.0.1:${(callback.address() as AddressInfo).port}/hook`,
    "hub.topic": `${origin}/en/feed.rss`,
  });
  expect((await fetch(`${origin}/hub`, { method: "POST", body })).status).toBe(202);
  const row = await pollUntil("the hub has sent the feed", 30_000, async () => {
    const run = await subscriptions.run(["recipients", url]);
    return run.stdout.split("\n").find((line) => line.startsWith("hub_") && line.includes("answered 500"));
  });
  const [id = "", name, status, state, event] = row.split("\t");
  expect([name, status, state, event]).toEqual([
    body.get("hub.callback"),
    "active",
    "waiting",
    "topic.changed",
  ]);
  const { stderr } = await subscriptions.run(["recipients", url]);
  expect(stderr).toContain(`See every attempt: npm run communique -- deliveries ${id} --to`);
  const log = await subscriptions.run(["deliveries", id]);
  expect(log.stdout).toMatch(/^evt_\w+\ttopic\.changed\tpending/m);
});

test("refuses a release that does not exist", async () => {
  const id = "00000000-0000-4000-8000-000000000000";
  const run = await subscriptions.run(["recipients", id]);
  expect(run).toMatchObject({ code: 1, stdout: "" });
  expect(run.stderr).toContain(`has no release ${id}: check --to and the id.`);
});
