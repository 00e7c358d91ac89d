import { afterAll, beforeAll, expect, test } from "vitest";
import { startService } from "../support/running-service.ts";
import { type TestSubscription, TestSubscriptions } from "../support/test-subscriptions.ts";

let subscriptions: TestSubscriptions;
let star: TestSubscription;
let post: TestSubscription;
beforeAll(async () => {
  subscriptions = new TestSubscriptions(await startService({ RETRY_SCHEDULE: "0,3600,7200,7200" }));
  star = await subscriptions.subscribe({ description: "Morning Star" });
  post = await subscriptions.subscribe({
    description: "Morning Post",
    filter: { lang: ["en", "hy"], not: { type: "qa" } },
  });
});
afterAll(() => subscriptions[Symbol.asyncDispose]());

test("subscriptions lists all, worst first, in their current state", async () => {
  post.receiver.behave("fail");
  const release = await subscriptions.publish();
  await subscriptions.logged(star, release, "delivered 1");
  await subscriptions.logged(post, release, "pending 1");
  const listed = async (...flags: string[]): Promise<string[][]> => {
    const run = await subscriptions.run(["subscriptions", ...flags]);
    expect(run).toMatchObject({ code: 0, stderr: "" });
    const [head = "", ...rows] = run.stdout.trimEnd().split("\n");
    expect(head).toMatch(/^id\tstatus\tsince\tsubscription\t/);
    return rows.map((line) => line.split("\t"));
  };
  // A subscription reports its first failure to the Newsroom a moment later.
  await expect
    .poll(async () => (await listed()).map(([id, status, , name, success]) => [id, status, name, success]), {
      timeout: 30_000,
    })
    .toEqual([
      [post.id.slice(0, 12), "failing", "Morning Post", "0 %"],
      [star.id.slice(0, 12), "active", "Morning Star", "100 %"],
    ]);
  expect((await listed("--sort", "created")).map(([id]) => id)).toEqual(
    [post, star].map(({ id }) => id.slice(0, 12)),
  );
  const paused = await subscriptions.run(["subscriptions", "--status", "paused"]);
  expect(paused).toMatchObject({ code: 0, stdout: "" });
  expect(paused.stderr).toContain("has no paused subscriptions");
  const { stdout } = await subscriptions.run(["subscriptions", "--json"]);
  expect(JSON.parse(stdout)).toEqual(await subscriptions.call("GET", "/subscriptions"));
});

test("subscriptions shows everything about one subscription", async () => {
  const run = await subscriptions.run(["subscriptions", post.id.slice(0, 12)]);
  expect(run).toMatchObject({ code: 0, stderr: "" });
  expect(run.stdout).toContain(`id           ${post.id}\ndescription  Morning Post\n`);
  expect(run.stdout).toMatch(/^status {7}active since \S+ \(.* ago\)$/m);
  expect(run.stdout).toMatch(/^filter {7}lang en or hy; not type qa$/m);
  expect(run.stdout).toMatch(/^next attempt \S+ \(in \d+ min\)$/m);
});

test("--pause holds deliveries and --resume sends them", async () => {
  const paused = await subscriptions.run(["subscriptions", "star", "--pause"]);
  expect(paused).toMatchObject({ code: 0, stderr: "" });
  expect(paused.stdout).toMatch(/^status {7}paused since /m);
  const release = await subscriptions.publish();
  await subscriptions.logged(star, release, "held 0");
  expect(star.receiver.of(release.id)).toEqual([]);
  const resumed = await subscriptions.run(["subscriptions", "star", "--resume"]);
  expect(resumed.stdout).toMatch(/^status {7}active since /m);
  await subscriptions.logged(star, release, "delivered 1");
});

test("--resume of an unverified subscription is refused with the command that verifies it", async () => {
  const unverified = await subscriptions.subscribe({
    description: "Unverified",
    verify: true,
    url: "http://127.0.0.1:9/",
  });
  const resumed = await subscriptions.run(["subscriptions", "unverified", "--resume"]);
  expect(resumed.code).toBe(1);
  expect(resumed.stderr).toContain(
    `Verify its endpoint again: npm run communique -- subscriptions ${unverified.id} --verify --to ${subscriptions.service.url}\n`,
  );
  expect(await subscriptions.run(["subscriptions", "unverified", "--verify"])).toMatchObject({ code: 0 });
});

test("an ambiguous name lists the matches, and a name without a match says how to list all", async () => {
  for (const args of [["deliveries"], ["subscriptions"], ["replay", "--after", "0"]]) {
    const [name = "", ...flags] = args;
    const ambiguous = await subscriptions.run([name, "morning", ...flags]);
    expect(ambiguous).toMatchObject({ code: 1, stdout: "" });
    expect(ambiguous.stderr).toContain("“morning” matches 2 subscriptions; name one of them by its id:\n");
    for (const subscription of [star, post]) {
      expect(ambiguous.stderr).toContain(`  ${subscription.id.slice(0, 12)}  active  Morning `);
    }
  }
  for (const unknown of ["Noon", `sub_${"0".repeat(32)}`]) {
    const none = await subscriptions.run(["deliveries", unknown]);
    expect(none).toMatchObject({ code: 1, stdout: "" });
    expect(none.stderr).toContain("`npm run communique -- subscriptions` lists all");
  }
});

test("a wrong token is refused with a remedy", async () => {
  for (const args of [["subscriptions"], ["deliveries", "star"], ["replay", star.id, "--after", "0"]]) {
    const refused = await subscriptions.run(args, "wrong");
    expect(refused).toMatchObject({ code: 1, stdout: "" });
    expect(refused.stderr).toContain(
      "does not accept this admin token: the one in COMMUNIQUE_TOKEN is not its ADMIN_TOKEN",
    );
  }
});

test("subscriptions shows the format and the host of a chat, and not its URL", async () => {
  const url = "http://127.0.0.1:9/services/T0SECRET";
  const { id } = await subscriptions.call<{ id: string }>("POST", "/subscriptions", { format: "teams", url });
  const one = await subscriptions.run(["subscriptions", id]);
  expect(one).toMatchObject({ code: 0, stderr: "" });
  expect(one.stdout).toContain("url          http://127.0.0.1:9/…\nformat       teams, as a message\n");
  const all = await subscriptions.run(["subscriptions"]);
  expect(all.stdout).toContain("\t127.0.0.1:9 (teams)\t");
  expect(one.stdout + all.stdout).not.toContain("T0SECRET");
});
