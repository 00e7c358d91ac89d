import { afterAll, beforeAll, expect, test } from "vitest";
import { startService } from "../support/running-service.ts";
import { type Desk, Desks, type Published } from "../support/desks.ts";

let desks: Desks;
let early: Published;
let desk: Desk;
beforeAll(async () => {
  desks = new Desks(await startService({ RETRY_SCHEDULE: "0,3600,7200,7200" }));
  early = await desks.publish();
  desk = await desks.subscribe({ description: "Evening Post", filter: { lang: "en" } });
});
afterAll(() => desks[Symbol.asyncDispose]());

const arrived = (release: Published): string[] => desk.receiver.of(release.id).map(({ id }) => id);

test("replay --release sends now what has not arrived, and says what the desk answered", async () => {
  desk.receiver.behave("fail");
  const release = await desks.publish();
  await desks.logged(desk, release, "pending 1");
  const refused = await desks.run(["replay", "evening", "--release", release.url]);
  expect(refused).toMatchObject({ code: 1, stdout: "" });
  expect(refused.stderr).toMatch(/release\.published {2}attempt 2 failed at .*: answered 500/);
  expect(refused.stderr).toContain(
    `1 event did not arrive. What the desk answered: npm run communique -- deliveries ${desk.id} --event ${release.sequence} --to ${desks.service.url}\n`,
  );

  desk.receiver.behave("answer");
  const run = await desks.run(["replay", "evening", "--release", release.id]);
  expect(run).toMatchObject({ code: 0, stderr: "" });
  expect(run.stdout).toMatch(/^\d+ {2}release\.published {2}delivered at .*, with 3 attempts\n$/);
  expect(arrived(release).length).toBe(3);
  expect(new Set(arrived(release)).size).toBe(1);

  // All of it has arrived: asked for again, all of it is sent again.
  await desks.publish({ change: "major", note: "All", body: "Corrected." }, release);
  await desks.logged(desk, release, "delivered 1", "delivered 3");
  const again = await desks.run(["replay", "evening", "--release", release.id]);
  expect(again.stdout.split("\n").map((line) => line.split("  ")[1])).toEqual([
    "release.published",
    "release.corrected",
    undefined,
  ]);
  await desks.logged(desk, release, "delivered 2", "delivered 4");
});

test("replay --release sends what happened before there was the desk", async () => {
  expect(arrived(early)).toEqual([]);
  const run = await desks.run(["replay", "evening", "--release", early.id]);
  expect(run).toMatchObject({ code: 0, stderr: "" });
  expect(run.stdout).toContain(`Event ${early.sequence} goes to Evening Post.\n`);
  await desks.logged(desk, early, "delivered 1");
});

test("replay --release of what its filter does not take says why nothing is sent", async () => {
  const french = await desks.publish({ lang: "fr" });
  await desks.logged(desk, french, "not-sent 0");
  const run = await desks.run(["replay", "evening", "--release", french.id]);
  expect(run).toMatchObject({ code: 1, stdout: "" });
  expect(run.stderr).toContain("the filter does not match: it asks for lang en");
});

test("replay --release of what was before the desk, and its filter does not take, sends nothing either", async () => {
  const french = await desks.publish({ lang: "fr" });
  const late = await desks.subscribe({ description: "Late Post", filter: { lang: "en" } });
  const run = await desks.run(["replay", "late", "--release", french.id]);
  expect(run).toMatchObject({ code: 1, stdout: "" });
  expect(run.stderr).toContain(`There is nothing of release ${french.id} that Late Post can be sent:\n`);
  expect(run.stderr).toContain("the filter does not match: it asks for lang en");
  expect(late.receiver.of(french.id)).toEqual([]);
});

test("replay --release of a killed text sends the kill again, and nothing of the text", async () => {
  const release = await desks.publish();
  await desks.logged(desk, release, "delivered 1");
  await desks.call("POST", `/releases/${release.id}/kill`, { reason: "Wrong" });
  await desks.logged(desk, release, "delivered 1", "delivered 1");
  const run = await desks.run(["replay", "evening", "--release", release.id]);
  expect(run).toMatchObject({ code: 0, stderr: "" });
  expect(run.stdout).toMatch(/^\d+ {2}release\.killed {2}delivered at .*, with 2 attempts\n$/);
  const refused = await desks.run(["replay", "evening", "--event", String(release.sequence)]);
  expect(refused.code).toBe(1);
  expect(refused.stderr).toContain("Its release was killed later. The kill can be sent again");
});

test("replay --event, --after and --from send once more", async () => {
  const release = await desks.publish();
  await desks.logged(desk, release, "delivered 1");
  const event = await desks.run(["replay", desk.id, "--event", String(release.sequence)]);
  expect(event.stdout).toMatch(/delivered at .*, with 2 attempts\n$/);

  const after = await desks.run(["replay", "evening", "--after", String(release.sequence - 1)]);
  expect(after.stdout).toContain(`Event ${release.sequence} goes to Evening Post once more`);
  await desks.logged(desk, release, "delivered 3");

  const from = await desks.run(["replay", "evening", "--from", "2020-01-01T00:00:00Z"]);
  expect(from.stdout).toContain(`Events 1 to ${release.sequence} go to Evening Post once more`);
  await desks.logged(desk, release, "delivered 4");

  const none = await desks.run(["replay", "evening", "--after", String(release.sequence)]);
  expect(none).toMatchObject({ code: 0, stdout: "Nothing has happened then: nothing is sent.\n" });
  const beyond = await desks.run(["replay", "evening", "--after", "9999"]);
  expect(beyond.code).toBe(1);
  expect(beyond.stderr).toMatch(/^after: must be \d+ at most, which is the last sequence$/m);
});

test("a paused desk is sent nothing, with the command that changes it", async () => {
  const release = await desks.publish();
  await desks.logged(desk, release, "delivered 1");
  await desks.call("POST", `/subscriptions/${desk.id}/pause`);
  const run = await desks.run(["replay", "evening", "--release", release.id]);
  expect(run).toMatchObject({ code: 1, stdout: "" });
  expect(run.stderr).toContain(
    `Send what is held: npm run communique -- subscriptions ${desk.id} --resume --to ${desks.service.url}\n`,
  );
});
