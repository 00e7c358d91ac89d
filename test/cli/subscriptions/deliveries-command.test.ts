import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startService } from "../support/running-service.ts";
import { type Desk, Desks, type Published } from "../support/desks.ts";

const INSTANT = /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ/.source;

let desks: Desks;
let good: Desk;
let refusing: Desk;
let armenian: Desk;
let paused: Desk;
let statement: Published;
beforeAll(async () => {
  desks = new Desks(await startService({ RETRY_SCHEDULE: "0,3600,7200,7200" }));
  [good, refusing, armenian, paused] = await Promise.all([
    desks.subscribe({ description: "Morning Star" }),
    desks.subscribe({ description: "Evening Post" }),
    desks.subscribe({ description: "Aravot", filter: { lang: "hy" } }),
    desks.subscribe({ description: "Weekly" }),
  ]);
  refusing.receiver.behave("fail");
  await desks.call("POST", `/subscriptions/${paused.id}/pause`);
  statement = await desks.publish();
  await Promise.all([
    desks.logged(good, statement, "delivered 1"),
    desks.logged(refusing, statement, "pending 1"),
    desks.logged(armenian, statement, "not-sent 0"),
    desks.logged(paused, statement, "held 0"),
  ]);
});
afterAll(() => desks[Symbol.asyncDispose]());

/** The command, as it is printed. */
function command(...words: string[]): string {
  return ["npm run communique --", ...words, "--to", desks.service.url].join(" ");
}

describe("why a desk did not get a statement", () => {
  test("it refused: what it answered, when it is tried again, and the command that sends it now", async () => {
    const run = await desks.run(["deliveries", "evening", statement.url]);
    expect(run).toMatchObject({ code: 0, stderr: "" });
    const [head, desk, event, next] = run.stdout.split("\n");
    expect(head).toBe(`“${statement.title}”  ${statement.url}  published`);
    expect(desk).toMatch(`for Evening Post, ${refusing.id}, active since `);
    expect(event).toMatch(
      new RegExp(
        `^${statement.sequence}  release\\.published  attempt 1 failed at ${INSTANT} \\(\\d+ s ago\\): answered 500; ` +
          `next attempt ${INSTANT} \\(in \\d+ min\\)$`,
      ),
    );
    expect(next).toBe(`Send it now: ${command("replay", refusing.id, "--release", statement.id)}`);
  });

  test("its filter does not take it", async () => {
    const run = await desks.run(["deliveries", "Aravot", statement.id]);
    expect(run).toMatchObject({ code: 0, stderr: "" });
    expect(run.stdout).toContain("not sent: the filter does not match: it asks for lang hy\n");
    expect(run.stdout).toContain(`See what it asks for: ${command("subscriptions", armenian.id)}\n`);
    expect(run.stdout).not.toContain("replay");
  });

  test("it is paused: what is held, and the command that sends it", async () => {
    const run = await desks.run(["deliveries", paused.id, statement.id]);
    expect(run).toMatchObject({ code: 0, stderr: "" });
    expect(run.stdout).toContain("held until it is resumed: the subscription is paused\n");
    expect(run.stdout).toContain(`Send what is held: ${command("subscriptions", paused.id, "--resume")}\n`);
  });

  test("it did get it", async () => {
    const run = await desks.run(["deliveries", good.id.slice(0, 14), statement.id]);
    expect(run.stdout).toMatch(new RegExp(`delivered at ${INSTANT} \\(\\d+ s ago\\), with 1 attempt\n`));
    expect(run.stdout).toContain(`Send it again: ${command("replay", good.id, "--release", statement.id)}\n`);
  });

  test("it was there before the desk", async () => {
    const late = await desks.subscribe({ description: "Latecomer" });
    const run = await desks.run(["deliveries", "latecomer", statement.id]);
    expect(run.stdout).toContain(
      "not sent: it happened before the subscription was created; replay sends it\n",
    );
    expect(run.stdout).toContain(`Send it now: ${command("replay", late.id, "--release", statement.id)}\n`);
  });

  test("it is under embargo, or is not there at all", async () => {
    const embargo = "2099-01-01T00:00:00Z";
    const secret = await desks.publish({ date: embargo, embargo });
    const run = await desks.run(["deliveries", "morning", secret.id]);
    expect(run).toMatchObject({ code: 0, stderr: "" });
    expect(run.stdout).toContain("It is under embargo: nothing of it is sent to anybody before that ends.\n");

    const byPage = await desks.run(["deliveries", "morning", secret.url]);
    expect(byPage.code).toBe(1);
    expect(byPage.stderr).toContain("One under embargo has no page yet: give its id or its content file.");

    const unknown = crypto.randomUUID();
    const none = await desks.run(["deliveries", "morning", unknown]);
    expect(none.code).toBe(1);
    expect(none.stderr).toContain(`holds no release ${unknown}: is --to right, and the id?`);
  });
});

describe("the log of a desk", () => {
  test("is a line a delivery, newest first, and can be narrowed", async () => {
    const more = await desks.publish();
    await desks.logged(paused, more, "held 0");
    const run = await desks.run(["deliveries", "weekly"]);
    expect(run).toMatchObject({ code: 0, stderr: "" });
    const cells = run.stdout
      .trimEnd()
      .split("\n")
      .map((line) => line.split("\t"));
    expect(cells.map(([event, type, state]) => [event, type, state])).toEqual([
      [String(more.sequence), "release.published", "held"],
      [String(statement.sequence), "release.published", "held"],
    ]);
    expect((await desks.run(["deliveries", "weekly", "--state", "held"])).stdout).toBe(run.stdout);
    const short = await desks.run(["deliveries", "weekly", "--limit", "1"]);
    expect(short.stdout.split("\n").length).toBe(2);
    expect(short.stderr).toContain("There are older ones: --limit 10");
    const none = await desks.run(["deliveries", "weekly", "--state", "failed"]);
    expect(none).toMatchObject({ code: 0, stdout: "" });
    expect(none.stderr).toContain("has nothing that is failed");
  });

  test("shows every attempt of one event, by its sequence or its id", async () => {
    const run = await desks.run(["deliveries", "evening", "--event", String(statement.sequence)]);
    expect(run).toMatchObject({ code: 0, stderr: "" });
    expect(run.stdout).toMatch(new RegExp(`^1\t${INSTANT}\t\\d+\t500\tanswered 500\t$`, "m"));
    const id = /evt_\w+/.exec(run.stdout)?.[0] ?? "";
    expect((await desks.run(["deliveries", "evening", "--event", id])).code).toBe(0);
    const none = await desks.run(["deliveries", "evening", "--event", "9999"]);
    expect(none.code).toBe(1);
    expect(none.stderr).toContain("The log of Evening Post has no event 9999");
  });

  test("is what the API answers, with --json", async () => {
    const { stdout } = await desks.run(["deliveries", "evening", statement.id, "--json"]);
    const path = `/subscriptions/${refusing.id}/deliveries?release=${statement.id}`;
    expect(JSON.parse(stdout)).toEqual(await desks.call("GET", path));
  });
});
