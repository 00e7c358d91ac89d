import { mkdtemp, readFile, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { cuttingProxy } from "../support/cutting-proxy.ts";
import { spawnCli } from "../support/run-cli.ts";
import {
  npmStart,
  startService,
  TOKEN,
  type Service,
  type StartedService,
} from "../support/running-service.ts";
import { TestSubscriptions, type TestSubscription } from "../support/test-subscriptions.ts";

const BASE_URL = "https://press.example";
const ADMIN = { authorization: `Bearer ${TOKEN}`, "content-type": "application/json" };
const ATTEMPTED_WITHIN_MS = 30_000;

const run = (args: string[], service: Pick<Service, "url">) =>
  spawnCli([...args, "--to", service.url], { env: { COMMUNIQUE_TOKEN: TOKEN } }).ended;

async function call(service: Service, method: string, path: string, body?: unknown): Promise<Response> {
  return fetch(`${service.url}${path}`, {
    method,
    headers: ADMIN,
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
}

const PUBLIC = ["/", "/en", "/en/types/statement", "/feeds", "/feeds.opml"].concat(
  ["rss", "atom", "json"].flatMap((format) => [`/feed.${format}`, `/en/feed.${format}`]),
);

/** Status, ETag, Last-Modified and bytes of a document. */
async function documentAt(service: Service, path: string): Promise<unknown[]> {
  const answer = await fetch(`${service.url}${path}`, { redirect: "manual" });
  const { headers } = answer;
  return [path, answer.status, headers.get("etag"), headers.get("last-modified"), await answer.text()];
}

const documents = (service: Service, paths: string[]) =>
  Promise.all(paths.map((path) => documentAt(service, path)));

async function eventsOf(service: Service): Promise<unknown> {
  return (await fetch(`${service.url}/api/v1/events?after=0&limit=100`)).json();
}

describe("a service with a history", () => {
  let office: TestSubscriptions;
  let folder: string;
  let archive: string;
  let paths: string[];
  const made: Record<string, TestSubscription> = {};
  let token: string;
  let before: unknown[];
  let events: unknown;

  beforeAll(async () => {
    office = new TestSubscriptions(await startService({ BASE_URL }));
    const { service } = office;
    const png = Buffer.concat([
      Buffer.from("89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c489", "hex"),
      Buffer.alloc(1_200_000, 7),
    ]);
    const sha256 = Buffer.from(await crypto.subtle.digest("SHA-256", png)).toString("hex");
    await fetch(`${service.url}/api/v1/files/${sha256}`, {
      method: "PUT",
      headers: { authorization: ADMIN.authorization },
      body: png,
    });
    made["all"] = await office.subscribe();
    made["paused"] = await office.subscribe({ filter: { lang: ["en"] } });
    await office.call("POST", `/subscriptions/${made["paused"].id}/pause`);
    made["failing"] = await office.subscribe({
      filter: { lang: ["en"] },
      header: { name: "X-Key", value: "k" },
    });
    made["failing"].receiver.behave("fail");
    const first = await office.publish({
      attachments: [{ file: `${sha256}/picture.png`, title: "The picture" }],
    });
    const second = await office.publish({ lang: "hy" });
    const third = await office.publish();
    await office.publish({ body: "Corrected.", change: "major", note: "The date was wrong" }, first);
    await office.call("POST", `/releases/${second.id}/withdraw`, { reason: "Wrong" });
    await office.call("POST", `/releases/${third.id}/kill`, { reason: "Unfounded" });
    const embargo = new Date(Date.now() + 3_600_000).toISOString();
    const hidden = await office.publish({ embargo, title: "The hidden text" });
    await office.logged(made["all"], first, "delivered 1", "delivered 1");
    await office.logged(made["failing"], first, "pending 0", "pending 1");
    token = (await office.call<{ token: string }>("POST", `/subscriptions/${made["all"].id}/rotate-token`))
      .token;
    paths = [
      ...PUBLIC,
      ...[first, second, third].map(({ url }) => new URL(url).pathname),
      `/files/${sha256}/picture.png`,
    ];
    paths.push(
      `/r/${hidden.id}`,
      new URL(hidden.url).pathname,
      "/api/v1/registry",
      `/api/v1/releases/${first.id}/editions`,
    );
    await documents(service, paths);
    await office.publish();
    // A document that is written after the backup has a later date.
    await vi.waitFor(
      async () => expect(await (await call(service, "GET", "/healthz")).json()).toMatchObject({ waiting: 0 }),
      { timeout: ATTEMPTED_WITHIN_MS },
    );
    folder = await mkdtemp(join(tmpdir(), "communique-"));
    archive = join(folder, "backup.jsonl");
    const backup = await run(["backup", archive], service);
    expect(backup).toMatchObject({ code: 0, stderr: "" });
    expect(backup.stdout).toContain("5 releases, 6 editions, 7 events, 3 subscriptions, 1 file\n");
    before = await documents(service, paths);
    events = await eventsOf(service);
  });
  afterAll(async () => {
    await office[Symbol.asyncDispose]();
    await rm(folder, { recursive: true, force: true });
  });

  test("keeps its archive for its owner alone, without a key, and with what is under embargo", async () => {
    expect((await stat(archive)).mode & 0o777).toBe(0o600);
    const text = await readFile(archive, "utf8");
    expect(JSON.parse(text.slice(0, text.indexOf("\n")))).toMatchObject({ communique: "backup", version: 1 });
    expect(text).toContain("The hidden text");
    expect(text).not.toContain("whsec_");
    expect(Math.max(...text.split("\n").map((line) => line.length))).toBeLessThan(1_000_000);
  });

  test("refuses to restore into itself, and changes nothing", async () => {
    const refused = await run(["restore", archive, "--yes"], office.service);
    expect(refused).toMatchObject({
      code: 1,
      stderr: expect.stringContaining("has releases, events or subscriptions"),
    });
    expect(await documents(office.service, paths)).toEqual(before);
  });

  test("a service that was stopped in the middle of a restore starts, says what to do, and is restored or emptied", async () => {
    const state = await mkdtemp(join(tmpdir(), "communique-state-"));
    const flags = ["--no-content", "--persist-to", state, "--var", `BASE_URL:${BASE_URL}`];
    const cutOff = async (started: StartedService): Promise<StartedService> => {
      const proxy = await cuttingProxy(started.url, (request) => /^POST \S+restore\/[^/]+$/.test(request));
      const restoring = spawnCli(["restore", archive, "--yes", "--to", proxy.url], {
        env: { COMMUNIQUE_TOKEN: TOKEN },
      });
      await proxy.cut;
      restoring.child.kill("SIGKILL");
      await restoring.ended;
      proxy.end();
      await started.end();
      const again = await npmStart(flags, {}, "communique waits for the restore on");
      expect(again.process.output.stdout).toContain(
        `go on        npm run communique -- restore FILE --to ${again.url}\n`,
      );
      expect((await fetch(`${again.url}/en`)).status).toBe(503);
      return again;
    };
    let service = await npmStart(flags);
    try {
      service = await cutOff(service);
      expect(await run(["restore", "--discard"], service)).toMatchObject({
        code: 0,
        stdout: "The service is empty and open.\n",
      });
      expect(await eventsOf(service)).toMatchObject({ data: [], next: null });
      await service.end();
      service = await cutOff(await npmStart(flags));
      const restored = await run(["restore", archive, "--yes"], service);
      expect(restored).toMatchObject({ code: 0 });
      expect(await documents(service, paths)).toEqual(before);
      expect(await eventsOf(service)).toEqual(events);
    } finally {
      await service.end();
      await rm(state, { recursive: true, force: true });
    }
  });

  test("is restored: the same documents and events, and subscriptions are sent what they have not had", async () => {
    const fresh = await startService({ BASE_URL });
    try {
      // Strangers have asked for lists that the restored service does not have.
      await documents(fresh, [...PUBLIC, "/hy/types/speech"]);
      // The old service stops.
      for (const { id } of Object.values(made)) await office.call("POST", `/subscriptions/${id}/pause`);
      const restored = await run(["restore", archive, "--yes"], fresh);
      expect(restored).toMatchObject({ code: 0 });
      expect(restored.stdout).toContain("restored: 5 releases");
      expect(await documents(fresh, paths)).toEqual(before);
      expect(await eventsOf(fresh)).toEqual(events);

      const { all, paused, failing } = made;
      const arrived = all?.receiver.arrivals.length ?? 0;
      const status = async (id: string, headers = ADMIN) =>
        (
          await (
            await fetch(`${fresh.url}/api/v1/subscriptions/${id}`, { headers })
          ).json<{ status: string }>()
        ).status;
      expect(await status(all?.id ?? "", { ...ADMIN, authorization: `Bearer ${token}` })).toBe("active");
      expect(await status(paused?.id ?? "")).toBe("paused");
      failing?.receiver.behave("answer");
      await call(fresh, "POST", `/api/v1/subscriptions/${failing?.id}/pause`);
      await call(fresh, "POST", `/api/v1/subscriptions/${failing?.id}/resume`);
      await failing?.receiver.until("what waited", ATTEMPTED_WITHIN_MS, () =>
        failing.receiver.arrivals.some(({ message }) => message.data.sequence === 7),
      );
      const id = crypto.randomUUID();
      const next = {
        lang: "en",
        type: "statement",
        title: "Next",
        slug: "next",
        date: "2020-12-01",
        body: "Text.",
      };
      expect(await (await call(fresh, "PUT", `/api/v1/releases/${id}`, next)).json()).toMatchObject({
        sequence: 8,
      });
      await all?.receiver.until(
        "the next event",
        ATTEMPTED_WITHIN_MS,
        () => all.receiver.of(id).length === 1,
      );
      expect(all?.receiver.arrivals.length).toBe(arrived + 1);
      expect(paused?.receiver.arrivals).toEqual([]);
      expect([all, failing].flatMap((each) => each?.receiver.rejected)).toEqual([]);
      await call(fresh, "POST", `/api/v1/subscriptions/${paused?.id}/resume`);
      await paused?.receiver.until(
        "what was held",
        ATTEMPTED_WITHIN_MS,
        () => paused.receiver.of(id).length === 1,
      );
    } finally {
      await fresh.end();
    }
  });
});
