import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { freePort } from "../../free-port.ts";
import { runCli, startCli, temporaryFolder } from "../run-cli.ts";
import { startService, TOKEN, type Service } from "../running-service.ts";

let service: Service;
beforeAll(async () => {
  service = await startService();
});
afterAll(() => service.end());

async function publish(lang: string, title: string): Promise<void> {
  const folder = await temporaryFolder();
  const text = `---\nlang: ${lang}\ntype: statement\ntitle: ${title}\ndate: 2020-12-01\n---\nText.\n`;
  await writeFile(join(folder, "a.md"), text);
  const run = await runCli(["publish", folder, "--to", service.url], { env: { COMMUNIQUE_TOKEN: TOKEN } });
  expect(run).toMatchObject({ code: 0 });
}

async function subscriptionStatus(id: string): Promise<number> {
  const answer = await fetch(`${service.url}/api/v1/subscriptions/${id}`, {
    headers: { authorization: `Bearer ${TOKEN}` },
  });
  return answer.status;
}

test("listen shows each verified event on a line, and takes its subscription back on Ctrl-C", async () => {
  const listening = startCli(["listen", "--to", service.url]);
  await listening.said(/^listening on http:\/\/127\.0\.0\.1:\d+\/ as subscription sub_\w+$/m);
  await publish("hy", "Նիստ");
  await listening.said(
    /^\d\d:\d\d:\d\d\.\d{3} release\.published \d+ hy {2}“Նիստ” {2}http:\S+\/hy\/releases\/nist {2}verified$/m,
  );

  const id = /sub_\w+/.exec(listening.output.stdout)?.[0] ?? "";
  expect(await subscriptionStatus(id)).toBe(200);
  listening.child.kill("SIGINT");
  expect(await listening.ended).toMatchObject({ code: 0, stderr: "" });
  expect(await subscriptionStatus(id)).toBe(404);
});

test("listen --lang shows nothing of other languages", async () => {
  const listening = startCli(["listen", "--to", service.url, "--lang", "fr"]);
  await listening.said("listening on ");
  await publish("en", "Not asked for");
  await publish("fr", "Asked for");
  await listening.said("“Asked for”");
  expect(listening.output.stdout).not.toContain("Not asked for");
});

test("listen --catch-up shows what has happened before, once, and goes on with what arrives", async () => {
  await publish("ru", "Раньше");
  await publish("ru", "Позже");
  const listening = startCli(["listen", "--to", service.url, "--lang", "ru", "--catch-up"]);
  await listening.said(/release\.published \d+ ru {2}“Позже” {2}http:\S+ {2}fetched, not signed$/m);
  await listening.said(/^caught up to sequence \d+ \(2 events; --after \d+ goes on from there\)$/m);
  await publish("ru", "Теперь");
  await listening.said(/“Теперь” {2}http:\S+ {2}verified$/m);
  const titles = [...listening.output.stdout.matchAll(/“(.*)”/g)].map(([, title]) => title);
  expect(titles).toEqual(["Раньше", "Позже", "Теперь"]);

  const upTo = Number(/ (\d+) ru {2}“Раньше”/.exec(listening.output.stdout)?.[1]);
  const later = startCli(["listen", "--to", service.url, "--lang", "ru", "--after", String(upTo)]);
  await later.said("caught up to sequence");
  expect(later.output.stdout).toContain("“Позже”");
  expect(later.output.stdout).not.toContain("“Раньше”");
});

test("listen --after an event that has not happened says so, and leaves no subscription", async () => {
  const run = await runCli(["listen", "--to", service.url, "--after", "9999"]);
  expect(run.code).toBe(1);
  expect(run.stderr).toMatch(/^after: is beyond the last sequence, which is \d+/m);
  const id = /sub_\w+/.exec(run.stdout)?.[0] ?? "";
  expect(await subscriptionStatus(id)).toBe(404);
});

test.each([
  ["--after", "-1"],
  ["--events", "release.eaten"],
  ["--topic", "No Slug"],
])("listen %s %s is wrong usage", async (option, value) => {
  expect((await runCli(["listen", "--to", service.url, option, value])).code).toBe(2);
});

test("listen without a service says what to do", async () => {
  const run = await runCli(["listen", "--to", `http://127.0.0.1:${await freePort()}`]);
  expect(run.code).toBe(1);
  expect(run.stderr).toContain("start it with `npm start`");
});

test("listen to a service that may not reach this machine says so", async () => {
  const remote = await startService({ LOCAL_TARGETS: "deny" });
  try {
    const run = await runCli(["listen", "--to", remote.url]);
    expect(run.code).toBe(1);
    expect(run.stderr).toMatch(
      /\burl: .*\nOnly a service on this machine that was started with `npm start` can reach this receiver\./,
    );
  } finally {
    await remote.end();
  }
});
