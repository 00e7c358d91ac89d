import { writeFile } from "node:fs/promises";
import { createServer, request as forward } from "node:http";
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

async function asAdmin<T>(method: string, path: string, body?: unknown): Promise<T> {
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

test("listen prints a line for each verified event and deletes its subscription on Ctrl-C", async () => {
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

test("listen deletes its subscription when its stdout is closed", async () => {
  const listening = startCli(["listen", "--to", service.url, "--q", "unread"]);
  await listening.said(/as subscription sub_\w+$/m);
  const id = /sub_\w+/.exec(listening.output.stdout)?.[0] ?? "";
  // As `| head -1` does: the next line fails with EPIPE.
  listening.child.stdout?.destroy();
  expect(await subscriptionStatus(id)).toBe(200);
  await publish("en", "Unread");
  expect(await listening.ended).toMatchObject({ code: 0, stderr: "" });
  expect(await subscriptionStatus(id)).toBe(404);
});

test("listen --lang prints no events of other languages", async () => {
  const listening = startCli(["listen", "--to", service.url, "--lang", "fr"]);
  await listening.said("listening on ");
  await publish("en", "Not asked for");
  await publish("fr", "Asked for");
  await listening.said("“Asked for”");
  expect(listening.output.stdout).not.toContain("Not asked for");
});

test("listen --catch-up prints earlier events once, and then those that arrive", async () => {
  await publish("ru", "Раньше");
  await publish("ru", "Позже");
  const listening = startCli(["listen", "--to", service.url, "--lang", "ru", "--catch-up"]);
  await listening.said(/release\.published \d+ ru {2}“Позже” {2}http:\S+ {2}fetched, not signed$/m);
  await listening.said(/^caught up to sequence \d+ \(2 events; --after \d+ continues from there\)$/m);
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

test("listen reports that its subscription is paused, and ends when it is deleted", async () => {
  const listening = startCli(["listen", "--to", service.url, "--q", "meanwhile"]);
  await listening.said("listening on ");
  const id = /sub_\w+/.exec(listening.output.stdout)?.[0] ?? "";
  await asAdmin("POST", `/${id}/pause`);
  await listening.said(
    `The subscription is paused. Its events are held. To send them: npm run communique -- subscriptions ${id} --resume --to ${service.url}\n`,
  );
  await publish("en", "Held meanwhile");
  await asAdmin("POST", `/${id}/resume`);
  await listening.said(/“Held meanwhile” {2}http:\S+ {2}verified$/m);
  await asAdmin("DELETE", `/${id}`);
  const run = await listening.ended;
  expect(run.code).toBe(1);
  expect(run.stderr).toBe(
    `The subscription ${id} no longer exists: run the same command again to create another.\n`,
  );
});

test("listen replaces the subscription of a killed listen on the same port, but no other", async () => {
  const port = await freePort();
  const args = ["listen", "--to", service.url, "--port", String(port), "--q", "successor"];
  const killed = startCli(args);
  await killed.said("listening on ");
  killed.child.kill("SIGKILL");
  await killed.ended;

  const stranger = await runCli(args, { env: { COMMUNIQUE_TOKEN: "wrong" } });
  expect(stranger.code).toBe(1);
  expect(stranger.stderr).toMatch(/answered 409 Conflict: .*\nOmit --port to use any free port/);

  const next = startCli(args, { env: { COMMUNIQUE_TOKEN: TOKEN } });
  await next.said("listening on ");
  await publish("en", "The successor");
  await next.said(/“The successor” {2}http:\S+ {2}verified$/m);
  next.child.kill("SIGINT");
  expect(await next.ended).toMatchObject({ code: 0 });

  const url = `http://127.0.0.1:${port}/`;
  const input = { url, filter: { q: "successor" }, verify: false, description: "An agency" };
  const { id } = await asAdmin<{ id: string }>("POST", "", input);
  const refused = await runCli(args, { env: { COMMUNIQUE_TOKEN: TOKEN } });
  expect(refused.code).toBe(1);
  expect(refused.stderr).toContain(
    `${url} already has the subscription ${id} (An agency): give another --port, or none.`,
  );
  expect(await subscriptionStatus(id)).toBe(200);
});

test("listen --after a sequence beyond the last is refused and leaves no subscription", async () => {
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

test("listen without a service is refused with a remedy", async () => {
  const run = await runCli(["listen", "--to", `http://127.0.0.1:${await freePort()}`]);
  expect(run.code).toBe(1);
  expect(run.stderr).toContain("start it with `npm start`");
});

test("listen to a service that cannot reach this machine says so", async () => {
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

test("listen to a service with too many pending subscriptions says when to retry", async () => {
  // A new service: the limit on verifications per minute is not reached before the limit on pending ones.
  const fresh = await startService();
  // The machine itself has no limits, so its requests get the address of a client, as on Cloudflare.
  const proxy = createServer((request, response) => {
    const headers = { ...request.headers, "cf-connecting-ip": "192.0.2.7" };
    const options = { method: request.method, headers };
    const forwarded = forward(fresh.url + (request.url ?? "/"), options, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    });
    request.pipe(forwarded);
  });
  const port = await freePort();
  await new Promise<void>((resolve) => proxy.listen(port, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${port}`;
  try {
    for (let count = 0; count < 20; count += 1) {
      await fetch(`${url}/api/v1/subscriptions`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ url: `http://127.0.0.1:9/${count}` }),
      });
    }
    const run = await runCli(["listen", "--to", url], { env: { COMMUNIQUE_TOKEN: "wrong" } });
    expect(run.code).toBe(1);
    expect(run.stderr).toMatch(/answered 429 Too many requests: .* \(try again in 60 min, at .*\)$/m);
  } finally {
    proxy.close();
    await fresh.end();
  }
});
