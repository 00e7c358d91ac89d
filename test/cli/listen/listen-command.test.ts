import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { freePort } from "../../support/free-port.ts";
import { runCli, startCli, temporaryFolder } from "../support/run-cli.ts";
import { startService, TOKEN, type Service } from "../support/running-service.ts";

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

async function asOffice<T>(method: string, path: string, body?: unknown): Promise<T> {
  const answer = await fetch(`${service.url}/api/v1/subscriptions${path}`, {
    method,
    headers: { authorization: `Bearer ${TOKEN}`, "content-type": "application/json" },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${method} ${path} answered ${answer.status} ${text}`);
  return (text === "" ? undefined : JSON.parse(text)) as T;
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

test("listen takes its subscription back when nobody reads it any more", async () => {
  const listening = startCli(["listen", "--to", service.url, "--q", "unread"]);
  await listening.said(/as subscription sub_\w+$/m);
  const id = /sub_\w+/.exec(listening.output.stdout)?.[0] ?? "";
  // As `| head -1` does; the next line that is printed finds nobody there.
  listening.child.stdout?.destroy();
  expect(await subscriptionStatus(id)).toBe(200);
  await publish("en", "Unread");
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

test("listen says when it is paused, and ends when its subscription is deleted", async () => {
  const listening = startCli(["listen", "--to", service.url, "--q", "meanwhile"]);
  await listening.said("listening on ");
  const id = /sub_\w+/.exec(listening.output.stdout)?.[0] ?? "";
  await asOffice("POST", `/${id}/pause`);
  await listening.said(
    `The subscription is paused. What happens is held; this sends it: npm run communique -- subscriptions ${id} --resume --to ${service.url}\n`,
  );
  await publish("en", "Held meanwhile");
  await asOffice("POST", `/${id}/resume`);
  await listening.said(/“Held meanwhile” {2}http:\S+ {2}verified$/m);
  await asOffice("DELETE", `/${id}`);
  const run = await listening.ended;
  expect(run.code).toBe(1);
  expect(run.stderr).toBe(
    `The subscription ${id} is there no more: run the same command again for a new one.\n`,
  );
});

test("listen on a port that one before left behind takes its place, and never that of a desk", async () => {
  const port = await freePort();
  const args = ["listen", "--to", service.url, "--port", String(port), "--q", "successor"];
  const killed = startCli(args);
  await killed.said("listening on ");
  killed.child.kill("SIGKILL");
  await killed.ended;

  const stranger = await runCli(args, { env: { COMMUNIQUE_TOKEN: "wrong" } });
  expect(stranger.code).toBe(1);
  expect(stranger.stderr).toMatch(/answered 409 Conflict: .*\nLeave out --port for an address of its own/);

  const next = startCli(args, { env: { COMMUNIQUE_TOKEN: TOKEN } });
  await next.said("listening on ");
  await publish("en", "The successor");
  await next.said(/“The successor” {2}http:\S+ {2}verified$/m);
  next.child.kill("SIGINT");
  expect(await next.ended).toMatchObject({ code: 0 });

  const url = `http://127.0.0.1:${port}/`;
  const desk = { url, filter: { q: "successor" }, verify: false, description: "A desk" };
  const { id } = await asOffice<{ id: string }>("POST", "", desk);
  const refused = await runCli(args, { env: { COMMUNIQUE_TOKEN: TOKEN } });
  expect(refused.code).toBe(1);
  expect(refused.stderr).toContain(
    `${url} is subscribed already as ${id} (A desk): give another --port, or none.`,
  );
  expect(await subscriptionStatus(id)).toBe(200);
});

test("listen --after an event that has not happened says so, and leaves no subscription", async () => {
  const run = await runCli(["listen", "--to", service.url, "--after", "9999"]);
  expect(run.code).toBe(1);
  expect(run.stderr).toMatch(/^after: is after the last sequence, \d+/m);
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

test("listen to a service where too many wait says when to come again", async () => {
  // One where nobody has begun a handshake yet: as many may begin in a minute as may wait.
  const fresh = await startService();
  try {
    for (let count = 0; count < 20; count += 1) {
      await fetch(`${fresh.url}/api/v1/subscriptions`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ url: `http://127.0.0.1:9/${count}` }),
      });
    }
    const run = await runCli(["listen", "--to", fresh.url], { env: { COMMUNIQUE_TOKEN: "wrong" } });
    expect(run.code).toBe(1);
    expect(run.stderr).toMatch(
      /answered 429 Too many requests: .* Prove some, or try again later\. \(again in 60 min\)$/m,
    );
  } finally {
    await fresh.end();
  }
});
