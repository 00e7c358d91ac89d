import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startService } from "../support/running-service.ts";
import { type Published, type TestSubscription, TestSubscriptions } from "../support/test-subscriptions.ts";

const INSTANT = /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ/.source;

let subscriptions: TestSubscriptions;
let good: TestSubscription;
let refusing: TestSubscription;
let armenian: TestSubscription;
let paused: TestSubscription;
let statement: Published;
beforeAll(async () => {
  subscriptions = new TestSubscriptions(await startService({ RETRY_SCHEDULE: "0,3600,7200,7200" }));
  [good, refusing, armenian, paused] = await Promise.all([
    subscriptions.subscribe({ description: "Morning Star" }),
    subscriptions.subscribe({ description: "Evening Post" }),
    subscriptions.subscribe({ description: "Aravot", filter: { lang: "hy" } }),
    subscriptions.subscribe({ description: "Weekly" }),
  ]);
  refusing.receiver.behave("fail");
  await subscriptions.call("POST", `/subscriptions/${paused.id}/pause`);
  statement = await subscriptions.publish();
  await Promise.all([
    subscriptions.logged(good, statement, "delivered 1"),
    subscriptions.logged(refusing, statement, "pending 1"),
    subscriptions.logged(armenian, statement, "not-sent 0"),
    subscriptions.logged(paused, statement, "held 0"),
  ]);
});
afterAll(() => subscriptions[Symbol.asyncDispose]());

/** A command as the output suggests it. */
function command(...words: string[]): string {
  return ["npm run communique --", ...words, "--to", subscriptions.service.url].join(" ");
}

describe("why a subscription did not get a release", () => {
  test("the endpoint failed: shows its answer, the next attempt and the command that sends it now", async () => {
    const run = await subscriptions.run(["deliveries", "evening", statement.url]);
    expect(run).toMatchObject({ code: 0, stderr: "" });
    const [head, subscription, event, next] = run.stdout.split("\n");
    expect(head).toBe(`“${statement.title}”  ${statement.url}  published`);
    expect(subscription).toMatch(`for Evening Post, ${refusing.id}, active since `);
    expect(event).toMatch(
      new RegExp(
        `^${statement.sequence}  release\\.published  attempt 1 failed at ${INSTANT} \\(\\d+ s ago\\): answered 500; ` +
          `next attempt ${INSTANT} \\(in \\d+ min\\)$`,
      ),
    );
    expect(next).toBe(`Send it now: ${command("replay", refusing.id, "--release", statement.id)}`);
  });

  test("the filter does not match", async () => {
    const run = await subscriptions.run(["deliveries", "Aravot", statement.id]);
    expect(run).toMatchObject({ code: 0, stderr: "" });
    expect(run.stdout).toContain("not sent: the filter does not match: it asks for lang hy\n");
    expect(run.stdout).toContain(`See its filter: ${command("subscriptions", armenian.id)}\n`);
    expect(run.stdout).not.toContain("replay");
  });

  test("the subscription is paused: shows what is held and the command that sends it", async () => {
    const run = await subscriptions.run(["deliveries", paused.id, statement.id]);
    expect(run).toMatchObject({ code: 0, stderr: "" });
    expect(run.stdout).toContain("held until it is resumed: the subscription is paused\n");
    expect(run.stdout).toContain(`Send what is held: ${command("subscriptions", paused.id, "--resume")}\n`);
  });

  test("the release was delivered", async () => {
    const run = await subscriptions.run(["deliveries", good.id.slice(0, 14), statement.id]);
    expect(run.stdout).toMatch(new RegExp(`delivered at ${INSTANT} \\(\\d+ s ago\\), after 1 attempt\n`));
    expect(run.stdout).toContain(`Send it again: ${command("replay", good.id, "--release", statement.id)}\n`);
  });

  test("the release is older than the subscription", async () => {
    const late = await subscriptions.subscribe({ description: "Latecomer" });
    const run = await subscriptions.run(["deliveries", "latecomer", statement.id]);
    expect(run.stdout).toContain("not sent: ");
    expect(run.stdout).toContain(`Send it now: ${command("replay", late.id, "--release", statement.id)}\n`);
  });

  test("the release is under embargo or does not exist", async () => {
    const embargo = "2099-01-01T00:00:00Z";
    const secret = await subscriptions.publish({ date: embargo, embargo });
    const run = await subscriptions.run(["deliveries", "morning", secret.id]);
    expect(run).toMatchObject({ code: 0, stderr: "" });
    expect(run.stdout).toContain("The release is under embargo: nothing is sent before the embargo ends.\n");

    const byPage = await subscriptions.run(["deliveries", "morning", secret.url]);
    expect(byPage.code).toBe(1);
    expect(byPage.stderr).toContain(
      "A release under embargo has no page yet: give its id or its content file.",
    );

    const unknown = crypto.randomUUID();
    const none = await subscriptions.run(["deliveries", "morning", unknown]);
    expect(none.code).toBe(1);
    expect(none.stderr).toContain(`has no release ${unknown}: check --to and the id.`);
  });
});

describe("the log of a subscription", () => {
  test("has headings and a line for each delivery, newest first, and can be narrowed", async () => {
    const more = await subscriptions.publish();
    await subscriptions.logged(paused, more, "held 0");
    const run = await subscriptions.run(["deliveries", "weekly"]);
    expect(run).toMatchObject({ code: 0, stderr: "" });
    const cells = run.stdout
      .trimEnd()
      .split("\n")
      .map((line) => line.split("\t"));
    expect(cells.map(([event, type, state, , , , release]) => [event, type, state, release])).toEqual([
      ["event", "type", "state", "release"],
      [String(more.sequence), "release.published", "held", more.title],
      [String(statement.sequence), "release.published", "held", statement.title],
    ]);
    expect((await subscriptions.run(["deliveries", "weekly", "--state", "held"])).stdout).toBe(run.stdout);
    const short = await subscriptions.run(["deliveries", "weekly", "--limit", "1"]);
    expect(short.stdout.split("\n").length).toBe(3);
    expect(short.stderr).toContain("The log has older deliveries: --limit 10");
    const none = await subscriptions.run(["deliveries", "weekly", "--state", "failed"]);
    expect(none).toMatchObject({ code: 0, stdout: "" });
    expect(none.stderr).toContain("has nothing that is failed");
  });

  test("shows every attempt of one event, named by its sequence or its id", async () => {
    const run = await subscriptions.run(["deliveries", "evening", "--event", String(statement.sequence)]);
    expect(run).toMatchObject({ code: 0, stderr: "" });
    // The last column is what the endpoint answered.
    const attempt = `^1\t${INSTANT}\t\\d+\t500\tanswered 500\tthe endpoint fails on purpose$`;
    expect(run.stdout).toMatch(new RegExp(attempt, "m"));
    const id = /evt_\w+/.exec(run.stdout)?.[0] ?? "";
    expect((await subscriptions.run(["deliveries", "evening", "--event", id])).code).toBe(0);
    const none = await subscriptions.run(["deliveries", "evening", "--event", "9999"]);
    expect(none.code).toBe(1);
    expect(none.stderr).toContain("The log of Evening Post has no event 9999");
  });

  test("is the answer of the API with --json", async () => {
    const { stdout } = await subscriptions.run(["deliveries", "evening", statement.id, "--json"]);
    const path = `/subscriptions/${refusing.id}/deliveries?release=${statement.id}`;
    expect(JSON.parse(stdout)).toEqual(await subscriptions.call("GET", path));
  });
});
