import { afterAll, beforeAll, expect, test } from "vitest";
import { startService } from "../support/running-service.ts";
import { type Published, type TestSubscription, TestSubscriptions } from "../support/test-subscriptions.ts";

let subscriptions: TestSubscriptions;
let early: Published;
let subscription: TestSubscription;
beforeAll(async () => {
  subscriptions = new TestSubscriptions(await startService({ RETRY_SCHEDULE: "0,3600,7200,7200" }));
  early = await subscriptions.publish();
  subscription = await subscriptions.subscribe({ description: "Evening Post", filter: { lang: "en" } });
});
afterAll(() => subscriptions[Symbol.asyncDispose]());

const arrived = (release: Published): string[] => subscription.receiver.of(release.id).map(({ id }) => id);

test("replay --release sends the events that did not arrive and reports the results", async () => {
  subscription.receiver.behave("fail");
  const release = await subscriptions.publish();
  await subscriptions.logged(subscription, release, "pending 1");
  const refused = await subscriptions.run(["replay", "evening", "--release", release.url]);
  expect(refused).toMatchObject({ code: 1, stdout: "" });
  expect(refused.stderr).toMatch(/release\.published {2}attempt 2 failed at .*: answered 500/);
  expect(refused.stderr).toContain(
    `1 event did not arrive. See what the endpoint answered: npm run communique -- deliveries ${subscription.id} --event ${release.sequence} --to ${subscriptions.service.url}\n`,
  );

  subscription.receiver.behave("answer");
  const run = await subscriptions.run(["replay", "evening", "--release", release.id]);
  expect(run).toMatchObject({ code: 0, stderr: "" });
  expect(run.stdout).toMatch(/^\d+ {2}release\.published {2}delivered at .*, after 3 attempts\n$/);
  expect(arrived(release).length).toBe(3);
  expect(new Set(arrived(release)).size).toBe(1);

  // All events have arrived, so all are sent again.
  await subscriptions.publish({ change: "major", note: "All", body: "Corrected." }, release);
  await subscriptions.logged(subscription, release, "delivered 1", "delivered 3");
  const again = await subscriptions.run(["replay", "evening", "--release", release.id]);
  expect(again.stdout.split("\n").map((line) => line.split("  ")[1])).toEqual([
    "release.published",
    "release.corrected",
    undefined,
  ]);
  await subscriptions.logged(subscription, release, "delivered 2", "delivered 4");
});

test("replay --release sends events from before the subscription was created", async () => {
  expect(arrived(early)).toEqual([]);
  const run = await subscriptions.run(["replay", "evening", "--release", early.id]);
  expect(run).toMatchObject({ code: 0, stderr: "" });
  expect(run.stdout).toContain(`Event ${early.sequence} is sent to Evening Post.\n`);
  await subscriptions.logged(subscription, early, "delivered 1");
});

test("replay --release of a release that the filter does not match says why nothing is sent", async () => {
  const french = await subscriptions.publish({ lang: "fr" });
  await subscriptions.logged(subscription, french, "not-sent 0");
  const run = await subscriptions.run(["replay", "evening", "--release", french.id]);
  expect(run).toMatchObject({ code: 1, stdout: "" });
  expect(run.stderr).toContain("the filter does not match: it asks for lang en");
});

test("replay --release of an older release that the filter does not match sends nothing", async () => {
  const french = await subscriptions.publish({ lang: "fr" });
  const late = await subscriptions.subscribe({ description: "Late Post", filter: { lang: "en" } });
  const run = await subscriptions.run(["replay", "late", "--release", french.id]);
  expect(run).toMatchObject({ code: 1, stdout: "" });
  expect(run.stderr).toContain(`No event of release ${french.id} can be sent to Late Post:\n`);
  expect(run.stderr).toContain("the filter does not match: it asks for lang en");
  expect(late.receiver.of(french.id)).toEqual([]);
});

test("replay --release of a killed release sends only the kill again", async () => {
  const release = await subscriptions.publish();
  await subscriptions.logged(subscription, release, "delivered 1");
  await subscriptions.call("POST", `/releases/${release.id}/kill`, { reason: "Wrong" });
  await subscriptions.logged(subscription, release, "delivered 1", "delivered 1");
  const run = await subscriptions.run(["replay", "evening", "--release", release.id]);
  expect(run).toMatchObject({ code: 0, stderr: "" });
  expect(run.stdout).toMatch(/^\d+ {2}release\.killed {2}delivered at .*, after 2 attempts\n$/);
  const refused = await subscriptions.run(["replay", "evening", "--event", String(release.sequence)]);
  expect(refused.code).toBe(1);
  expect(refused.stderr).toContain("Its release was killed later. The kill can be sent again");
});

test("replay --event, --after and --from send events again", async () => {
  const release = await subscriptions.publish();
  await subscriptions.logged(subscription, release, "delivered 1");
  const event = await subscriptions.run(["replay", subscription.id, "--event", String(release.sequence)]);
  expect(event.stdout).toMatch(/delivered at .*, after 2 attempts\n$/);

  const after = await subscriptions.run(["replay", "evening", "--after", String(release.sequence - 1)]);
  expect(after.stdout).toContain(`Event ${release.sequence} is sent to Evening Post again`);
  await subscriptions.logged(subscription, release, "delivered 3");

  const from = await subscriptions.run(["replay", "evening", "--from", "2020-01-01T00:00:00Z"]);
  expect(from.stdout).toContain(`Events 1 to ${release.sequence} are sent to Evening Post again`);
  await subscriptions.logged(subscription, release, "delivered 4");

  const none = await subscriptions.run(["replay", "evening", "--after", String(release.sequence)]);
  expect(none).toMatchObject({ code: 0, stdout: "There are no events in that span: nothing is sent.\n" });
  const beyond = await subscriptions.run(["replay", "evening", "--after", "9999"]);
  expect(beyond.code).toBe(1);
  expect(beyond.stderr).toMatch(/^after: .*\d+/m);
});

test("replay to a paused subscription is refused with the command that resumes it", async () => {
  const release = await subscriptions.publish();
  await subscriptions.logged(subscription, release, "delivered 1");
  await subscriptions.call("POST", `/subscriptions/${subscription.id}/pause`);
  const run = await subscriptions.run(["replay", "evening", "--release", release.id]);
  expect(run).toMatchObject({ code: 1, stdout: "" });
  expect(run.stderr).toContain(
    `Send what is held: npm run communique -- subscriptions ${subscription.id} --resume --to ${subscriptions.service.url}\n`,
  );
});
