import { afterAll, beforeAll, expect, test } from "vitest";
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

test("refuses a release that does not exist", async () => {
  const id = "00000000-0000-4000-8000-000000000000";
  const run = await subscriptions.run(["recipients", id]);
  expect(run).toMatchObject({ code: 1, stdout: "" });
  expect(run.stderr).toContain(`has no release ${id}: check --to and the id.`);
});
