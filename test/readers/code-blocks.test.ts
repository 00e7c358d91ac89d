/**
 * Runs every block of code of the manual, as the pages of a running service show it.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import { type AddressInfo, connect } from "node:net";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { Webhook } from "standardwebhooks";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { BuiltService } from "../built/built-service.ts";
import { ApiClient, newRelease } from "../chaos/api-client.ts";
import { pollUntil } from "../chaos/poll-until.ts";
import { freePort } from "../support/free-port.ts";

const ROOT = join(import.meta.dirname, "../..");
const ADMIN_TOKEN = "blocks-admin-token-0123456789-0123456789-abcdefg";
const TITLE = "Statement on the summit";

interface Block {
  page: string;
  language: string;
  code: string;
}

interface Arrival {
  headers: Record<string, string>;
  body: string;
}

let service: BuiltService;
let folder: string;
let hook: Server;
const arrivals: Arrival[] = [];
const blocks: Block[] = [];
const run = new Set<Block>();

beforeAll(async () => {
  service = await BuiltService.start({
    ADMIN_TOKEN,
    SECRETS_KEY: "YmxvY2tzLXNlY3JldHMta2V5LW9mLWVub3VnaC1ieXRlcyE=",
  });
  const api = new ApiClient(service.url, ADMIN_TOKEN);
  await api.putRegistry({ organisations: [{ slug: "csto", names: { en: "CSTO" } }] });
  await api.publish({
    ...newRelease(TITLE, { lang: "en", type: "statement" }),
    organisations: ["csto"],
  } as never);
  // In the project, where the examples find the packages that they name.
  folder = await mkdtemp(join(ROOT, ".wrangler/blocks-"));
  hook = createServer((request, response) => {
    void text(request).then((body) => {
      arrivals.push({ headers: request.headers as Record<string, string>, body });
      response.end('{ "status": "success" }');
    });
  }).listen(0, "127.0.0.1");
  await once(hook, "listening");
  for (const page of await pages()) blocks.push(...(await blocksOf(page)));
});

afterAll(async () => {
  hook.closeAllConnections();
  hook.close();
  await rm(folder, { recursive: true, force: true });
  await service[Symbol.asyncDispose]();
});

async function read(path: string): Promise<string> {
  const answer = await fetch(new URL(path, service.url));
  if (!answer.ok) throw new Error(`${path} is ${answer.status}`);
  return answer.text();
}

async function pages(): Promise<string[]> {
  const links = (await read("/docs")).matchAll(/ href="(\/docs(?:\/[\w/-]+)?)"/g);
  return [...new Set(Array.from(links, ([, href = ""]) => href))];
}

async function blocksOf(page: string): Promise<Block[]> {
  const found = (await read(page)).matchAll(
    /<pre[^>]*><code(?: class="language-(\w+)")?>(.*?)<\/code><\/pre>/gs,
  );
  return Array.from(found, ([, language = "none", html = ""]) => ({
    page,
    language,
    code: html.replaceAll("&#x3C;", "<").replaceAll("&#x26;", "&"),
  }));
}

/** The blocks of a page in a language, which count as run. */
function take(page: string, language: string): string[] {
  const found = blocks.filter((block) => block.page === page && block.language === language);
  for (const block of found) run.add(block);
  return found.map(({ code }) => code);
}

/** Runs a block in the shell. Any refusal of a call ends it. */
function shell(code: string, env: Record<string, string> = {}): ChildProcess {
  const strict = `set -euo pipefail; curl() { command curl -sS --fail-with-body "$@"; }; ${code}`;
  return spawn("bash", ["-c", strict], { cwd: folder, env: { ...process.env, ...env }, detached: true });
}

async function output(child: ChildProcess): Promise<{ code: number | null; out: string }> {
  const [out, [code]] = await Promise.all([
    text(child.stdout as NodeJS.ReadableStream),
    once(child, "close") as Promise<[number | null]>,
  ]);
  return { code, out };
}

async function succeed(code: string, env: Record<string, string> = {}): Promise<string> {
  const { code: exit, out } = await output(shell(code, env));
  expect([code, exit, exit === 0 ? "" : out]).toEqual([code, 0, ""]);
  return out;
}

async function call<T>(method: string, path: string, body: unknown, token = ADMIN_TOKEN): Promise<T> {
  const answer = await fetch(new URL(`/api/v1${path}`, service.url), {
    method,
    headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  if (!answer.ok) throw new Error(await answer.text());
  return (await answer.json()) as T;
}

const hookUrl = () => `http://127.0.0.1:${(hook.address() as AddressInfo).port}/hook`;
const eventOf = (type: string) =>
  arrivals
    .map(({ body }) => JSON.parse(body) as { type: string; data: { confirm?: string } })
    .find((event) => event.type === type);

/** An example that is a whole endpoint, with a subscription of its own. */
class Endpoint implements AsyncDisposable {
  readonly url: string;
  readonly secret: string;
  out = "";
  readonly #child: ChildProcess;

  private constructor(url: string, secret: string, child: ChildProcess) {
    this.url = url;
    this.secret = secret;
    this.#child = child;
    child.stdout?.on("data", (chunk: Buffer) => {
      this.out += chunk.toString();
    });
    child.stderr?.on("data", (chunk: Buffer) => {
      this.out += chunk.toString();
    });
  }

  static async start(name: string, command: string, code: string): Promise<Endpoint> {
    const port = await freePort();
    const url = `http://127.0.0.1:${port}/`;
    const { secret } = await call<{ secret: string }>("POST", "/subscriptions", { url, verify: false });
    const file = join(folder, name);
    await writeFile(file, code.replace("9000", String(port)));
    const child = spawn(command, [file], { env: { ...process.env, SECRET: secret } });
    const endpoint = new Endpoint(url, secret, child);
    await pollUntil(`${name} listens`, 20_000, () => canConnect(port));
    return endpoint;
  }

  /** Sends what the service would send, or a forgery. */
  async post(body: string, secret = this.secret, at = new Date()): Promise<Response> {
    const id = "evt_00000000000000000000000000000001";
    const signature = new Webhook(secret).sign(id, at, body);
    return fetch(this.url, {
      method: "POST",
      headers: {
        "content-type": "application/json",
        "webhook-id": id,
        "webhook-timestamp": String(Math.floor(at.getTime() / 1000)),
        "webhook-signature": `v1a,AAAA ${signature}`,
      },
      body,
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#child.kill();
    if (this.#child.exitCode === null) await once(this.#child, "close");
  }
}

function canConnect(port: number): Promise<true | undefined> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1", () => resolve(true));
    socket.on("connect", () => socket.destroy()).on("error", () => resolve(undefined));
  });
}

const OTHER_SECRET = `whsec_${Buffer.alloc(32, 7).toString("base64")}`;

/** What every example of an endpoint must do. */
async function tryEndpoint(endpoint: Endpoint): Promise<void> {
  const api = new ApiClient(service.url, ADMIN_TOKEN);
  const title = `Told at ${endpoint.url}`;
  await api.publish(newRelease(title, { lang: "en" }));
  await pollUntil("the endpoint tells of the event", 20_000, async () =>
    endpoint.out.includes(`release.published ${title}`) ? true : undefined,
  );
  const verify = await read("/api/v1/events/sample?type=subscription.verify");
  const { data } = JSON.parse(verify) as { data: { challenge: string } };
  const answer = await endpoint.post(verify);
  expect([answer.status, await answer.text()]).toEqual([200, data.challenge]);
  expect((await endpoint.post(verify, OTHER_SECRET)).status).toBe(401);
  const tooOld = new Date(Date.now() - 3_600_000);
  expect((await endpoint.post(verify, endpoint.secret, tooOld)).status).toBe(401);
}

describe("the blocks of code in the manual", () => {
  it("start with what everybody may read", async () => {
    const [code = ""] = take("/docs", "sh");
    const lines = code.split("\n").filter((line) => line.startsWith("curl"));
    await pollUntil("the feed has the release", 20_000, async () =>
      (await read("/en/feed.json")).includes(TITLE) ? true : undefined,
    );
    const answers: unknown[] = [];
    for (const line of lines) answers.push(JSON.parse(await succeed(line)));
    const [feed, list, events, sample, ...others] = answers;
    expect(others).toEqual([]);
    expect(feed).toMatchObject({ items: [{ title: TITLE }] });
    expect(list).toMatchObject({ data: [{ title: TITLE }] });
    expect(events).toMatchObject({ data: [{ type: "release.published" }] });
    expect(sample).toMatchObject({ type: "release.corrected" });
  });

  it("receive webhooks with a library", async () => {
    const [code = "", ...others] = take("/docs/webhooks", "js");
    expect(others).toEqual([]);
    await using endpoint = await Endpoint.start("library.mjs", process.execPath, code);
    await tryEndpoint(endpoint);
  });

  it("verify deliveries in Node, in at most twenty lines", async () => {
    const [code = "", ...others] = take("/docs/verify", "js");
    expect([others, code.trim().split("\n").length <= 20]).toEqual([[], true]);
    await using endpoint = await Endpoint.start("own.mjs", process.execPath, code);
    await tryEndpoint(endpoint);
  });

  it("verify deliveries in Python, in at most twenty-five lines", async () => {
    const [code = "", ...others] = take("/docs/verify", "python");
    expect([others, code.trim().split("\n").length <= 25]).toEqual([[], true]);
    await using endpoint = await Endpoint.start("own.py", "python3", code);
    await tryEndpoint(endpoint);
  });

  it("verify deliveries in the shell, in at most twenty lines", async () => {
    const [code = "", ...others] = take("/docs/verify", "sh");
    expect([others, code.trim().split("\n").length <= 20]).toEqual([[], true]);
    const { id, secret } = await call<{ id: string; secret: string }>("POST", "/subscriptions", {
      url: `${hookUrl()}/verified`,
      verify: false,
    });
    await call("POST", `/subscriptions/${id}/test`, {});
    const arrival = await pollUntil("the test arrives", 20_000, async () =>
      arrivals.find(({ headers }) => headers["webhook-event"] === "subscription.test"),
    );
    const env = {
      SECRET: secret,
      ID: arrival.headers["webhook-id"] ?? "",
      TIMESTAMP: arrival.headers["webhook-timestamp"] ?? "",
      SIGNATURE: `v1,old ${arrival.headers["webhook-signature"] ?? ""}`,
    };
    await writeFile(join(folder, "body.json"), arrival.body);
    expect(await succeed(code, env)).toBe("sent by the newsroom\n");
    await writeFile(join(folder, "body.json"), `${arrival.body} `);
    expect((await output(shell(code, env))).code).toBe(1);
  });

  it("subscribe an endpoint", async () => {
    const [code = "", ...others] = take("/docs/subscribe", "sh");
    expect(others).toEqual([]);
    expect(JSON.parse(await succeed(code))).toMatchObject({
      status: "pending",
      secret: expect.stringMatching(/^whsec_/),
      filter: { lang: ["en", "hy"], type: ["statement"] },
    });
  });

  it("follow a feed by WebSub", async () => {
    const [code = "", ...others] = take("/docs/follow-a-feed-by-websub", "sh");
    expect(others).toEqual([]);
    expect(await succeed(`${code.trimEnd()} -w '%{http_code}'`)).toMatch(/202$/);
  });

  it("subscribe chats", async () => {
    const [code = "", ...others] = take("/docs/formats", "sh");
    expect(others).toEqual([]);
    const calls = code.split(/^(?=curl)/m);
    for (const [index, format] of ["slack", "telegram"].entries()) {
      expect(JSON.parse(await succeed(calls[index] ?? ""))).toMatchObject({ format, status: "active" });
    }
    expect(calls).toHaveLength(2);
  });

  it("subscribe a hook of Zapier, Make or n8n, confirm it, teach it the fields, and give it a header", async () => {
    const [subscribe = "", confirm = "", teach = "", header = "", ...others] = take("/docs/rest-hooks", "sh");
    expect(others).toEqual([]);
    arrivals.length = 0;
    const env = { HOOK: hookUrl() };
    const { id, token } = JSON.parse(await succeed(subscribe, env)) as { id: string; token: string };
    const verify = await pollUntil("the verification arrives", 20_000, async () =>
      eventOf("subscription.verify"),
    );
    const CONFIRM = verify.data.confirm ?? "";
    expect(JSON.parse(await succeed(confirm, { CONFIRM }))).toMatchObject({ id, status: "active" });
    await succeed(teach, env);
    expect(eventOf("release.published")).toBeDefined();
    const changed = await succeed(header, { SUBSCRIPTION: id, TOKEN: token, KEY: "a-key-of-the-desk" });
    expect(JSON.parse(changed)).toMatchObject({ header: { name: "X-Newsroom-Key" } });
  });

  it("catch up, and follow", async () => {
    const [code = "", ...others] = take("/docs/catch-up", "sh");
    expect(others).toEqual([]);
    const child = shell(code);
    let out = "";
    child.stdout?.on("data", (chunk: Buffer) => {
      out += chunk.toString();
    });
    await pollUntil("the stream has the event", 20_000, async () =>
      /event: release\.published\ndata: /.test(out) ? true : undefined,
    );
    const [page = ""] = out.split("retry:");
    expect(JSON.parse(page)).toMatchObject({ data: [{ type: "release.published" }] });
    process.kill(-(child.pid ?? 0));
    await once(child, "close");
  });

  it("show events as the service makes them up, bodies that it takes, and a problem as it answers", async () => {
    const { paths } = JSON.parse(await read("/openapi.json")) as {
      paths: Record<
        string,
        Record<string, { requestBody?: { content: Record<string, { example?: unknown }> } }>
      >;
    };
    const examples = Object.values(paths)
      .flatMap((methods) => Object.values(methods))
      .flatMap(({ requestBody }) => requestBody?.content["application/json"]?.example ?? []);
    const refused = await fetch(new URL("/api/v1/releases?limit=0", service.url));
    const problem = Object.keys(JSON.parse(await refused.text()) as object).sort();
    for (const block of blocks.filter(({ language }) => language === "json")) {
      run.add(block);
      const value = JSON.parse(block.code) as { type?: string; code?: string };
      if (value.code !== undefined) expect(Object.keys(value).sort()).toEqual(problem);
      else if (value.type !== undefined && "data" in value) {
        const sample = await read(`/api/v1/events/sample?type=${value.type}`);
        expect(value).toEqual(JSON.parse(sample));
      } else expect(examples).toContainEqual(value);
    }
  });

  it("are all run", () => {
    expect(blocks.length).toBeGreaterThan(20);
    expect(blocks.filter((block) => !run.has(block)).map(({ page, code }) => [page, code])).toEqual([]);
  });
});
