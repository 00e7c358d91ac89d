import { execFile } from "node:child_process";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { BuiltService } from "../built/built-service.ts";
import { ApiClient, newRelease } from "../chaos/api-client.ts";

const ROOT = join(import.meta.dirname, "../..");
const BIN = join(ROOT, "node_modules/.bin");
const ADMIN_TOKEN = "client-admin-token-0123456789-0123456789-abcdefg";
const run = promisify(execFile);

/** As a desk would write it. The compiler must refuse what the service does not have. */
const PROGRAM = `
import { createSubscription, defaults, getSubscription, listEvents, sampleEvent } from "./client.ts";

defaults.baseUrl = process.env["SERVICE"] ?? "";
const made = await createSubscription({ url: "https://desk.example/hook", filter: { lang: "en", type: ["statement"] } });
if (made.status !== 201) throw new Error(JSON.stringify(made.data));
const { id, token, secret } = made.data;

const headers = { authorization: \`Bearer \${token}\` };
const found = await getSubscription(id, { headers });
if (found.status !== 200) throw new Error(found.data.code);
// @ts-expect-error no later answer shows the secret
const later = found.data.secret;

const page = await listEvents({ after: 0, $type: ["statement"], events: ["release.published"] });
if (page.status !== 200) throw new Error(page.data.detail);
const [event] = page.data.data;

const refused = await listEvents({ limit: 1000 });
if (refused.status === 200) throw new Error("taken");
const code: "invalid" | undefined = refused.status === 422 ? refused.data.code : undefined;

const sample = await sampleEvent({ $type: "release.killed" });
console.log(JSON.stringify({
  status: found.data.status, hasSecret: secret?.startsWith("whsec_"), later, code,
  type: event?.type, title: event?.data.release.title,
  sample: sample.status === 200 && sample.data.type,
}));
`;

const CONFIG = {
  compilerOptions: {
    target: "ES2024",
    module: "ESNext",
    moduleResolution: "bundler",
    lib: ["ESNext", "DOM", "DOM.Iterable"],
    types: ["node"],
    strict: true,
    allowImportingTsExtensions: true,
    noEmit: true,
    skipLibCheck: true,
  },
  include: ["*.ts"],
};

describe("a client that a generator has made from /openapi.json", () => {
  let service: BuiltService;
  let folder: string;

  beforeAll(async () => {
    service = await BuiltService.start({
      ADMIN_TOKEN,
      SECRETS_KEY: "Y2xpZW50LXNlY3JldHMta2V5LW9mLWVub3VnaC1ieXRlcyE=",
    });
    const api = new ApiClient(service.url, ADMIN_TOKEN);
    await api.publish(newRelease("Statement on the summit", { lang: "en", type: "statement" }));
    // In the project, where the client finds its runtime.
    await mkdir(join(ROOT, ".wrangler"), { recursive: true });
    folder = await mkdtemp(join(ROOT, ".wrangler/client-"));
    const document = await (await fetch(new URL("/openapi.json", service.url))).text();
    await writeFile(join(folder, "openapi.json"), document);
    await writeFile(join(folder, "program.ts"), PROGRAM);
    await writeFile(join(folder, "tsconfig.json"), JSON.stringify(CONFIG));
    await run(join(BIN, "oazapfts"), [join(folder, "openapi.json"), join(folder, "client.ts")]);
  });

  afterAll(async () => {
    await rm(folder, { recursive: true, force: true });
    await service[Symbol.asyncDispose]();
  });

  it("compiles, and the compiler knows every answer", async () => {
    const { stdout } = await run(join(BIN, "tsc"), ["-p", folder]).catch(
      (error: { stdout: string }) => error,
    );
    expect(stdout).toBe("");
  });

  it("subscribes and reads an event", async () => {
    const env = { ...process.env, SERVICE: service.url.origin };
    const { stdout } = await run(process.execPath, ["--no-warnings", join(folder, "program.ts")], { env });
    expect(JSON.parse(stdout)).toEqual({
      status: "pending",
      hasSecret: true,
      code: "invalid",
      type: "release.published",
      title: "Statement on the summit",
      sample: "release.killed",
    });
  });
});
