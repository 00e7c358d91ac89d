import { afterAll, beforeAll, expect, test } from "vitest";
import { startService } from "../support/running-service.ts";
import { type Desk, Desks } from "../support/desks.ts";

let desks: Desks;
let star: Desk;
let post: Desk;
beforeAll(async () => {
  desks = new Desks(await startService({ RETRY_SCHEDULE: "0,3600,7200,7200" }));
  star = await desks.subscribe({ description: "Morning Star" });
  post = await desks.subscribe({
    description: "Morning Post",
    filter: { lang: ["en", "hy"], not: { type: "qa" } },
  });
});
afterAll(() => desks[Symbol.asyncDispose]());

test("subscriptions shows all, worst first, and each as it is now", async () => {
  post.receiver.behave("fail");
  const release = await desks.publish();
  await desks.logged(star, release, "delivered 1");
  await desks.logged(post, release, "pending 1");
  const listed = async (...flags: string[]): Promise<string[][]> => {
    const run = await desks.run(["subscriptions", ...flags]);
    expect(run).toMatchObject({ code: 0, stderr: "" });
    return run.stdout
      .trimEnd()
      .split("\n")
      .map((line) => line.split("\t"));
  };
  // The desk tells the office a moment later that it has begun to fail.
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
  const paused = await desks.run(["subscriptions", "--status", "paused"]);
  expect(paused).toMatchObject({ code: 0, stdout: "" });
  expect(paused.stderr).toContain("has no paused subscriptions");
  const { stdout } = await desks.run(["subscriptions", "--json"]);
  expect(JSON.parse(stdout)).toEqual(await desks.call("GET", "/subscriptions"));
});

test("subscriptions of one desk shows everything about it", async () => {
  const run = await desks.run(["subscriptions", post.id.slice(0, 12)]);
  expect(run).toMatchObject({ code: 0, stderr: "" });
  expect(run.stdout).toContain(`id           ${post.id}\ndescription  Morning Post\n`);
  expect(run.stdout).toMatch(/^status {7}active since \S+ \(.* ago\)$/m);
  expect(run.stdout).toMatch(/^filter {7}lang en or hy; not type qa$/m);
  expect(run.stdout).toMatch(/^next attempt \S+ \(in \d+ min\)$/m);
});

test("a desk can be paused and resumed, and is sent then what was held", async () => {
  const paused = await desks.run(["subscriptions", "star", "--pause"]);
  expect(paused).toMatchObject({ code: 0, stderr: "" });
  expect(paused.stdout).toMatch(/^status {7}paused since /m);
  const release = await desks.publish();
  await desks.logged(star, release, "held 0");
  expect(star.receiver.of(release.id)).toEqual([]);
  const resumed = await desks.run(["subscriptions", "star", "--resume"]);
  expect(resumed.stdout).toMatch(/^status {7}active since /m);
  await desks.logged(star, release, "delivered 1");
});

test("one that has not proved itself is asked anew, and says so when it is resumed", async () => {
  const unproved = await desks.subscribe({
    description: "Unproved",
    verify: true,
    url: "http://127.0.0.1:9/",
  });
  const resumed = await desks.run(["subscriptions", "unproved", "--resume"]);
  expect(resumed.code).toBe(1);
  expect(resumed.stderr).toContain(
    `Ask its endpoint anew: npm run communique -- subscriptions ${unproved.id} --verify --to ${desks.service.url}\n`,
  );
  expect(await desks.run(["subscriptions", "unproved", "--verify"])).toMatchObject({ code: 0 });
});

test("a name that fits several desks names them, and one that fits none says where they are shown", async () => {
  for (const args of [["deliveries"], ["subscriptions"], ["replay", "--after", "0"]]) {
    const [name = "", ...flags] = args;
    const ambiguous = await desks.run([name, "morning", ...flags]);
    expect(ambiguous).toMatchObject({ code: 1, stdout: "" });
    expect(ambiguous.stderr).toContain("“morning” fits 2 subscriptions; name one of them by its id:\n");
    for (const desk of [star, post]) {
      expect(ambiguous.stderr).toContain(`  ${desk.id.slice(0, 12)}  active  Morning `);
    }
  }
  for (const unknown of ["Noon", `sub_${"0".repeat(32)}`]) {
    const none = await desks.run(["deliveries", unknown]);
    expect(none).toMatchObject({ code: 1, stdout: "" });
    expect(none.stderr).toContain("`npm run communique -- subscriptions` shows all");
  }
});

test("only the office may, and a wrong token says what to do", async () => {
  for (const args of [["subscriptions"], ["deliveries", "star"], ["replay", star.id, "--after", "0"]]) {
    const refused = await desks.run(args, "wrong");
    expect(refused).toMatchObject({ code: 1, stdout: "" });
    expect(refused.stderr).toContain("wants the admin token: set COMMUNIQUE_TOKEN");
  }
});
