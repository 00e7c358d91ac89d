import { mkdir, readdir, readFile, stat, writeFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { parseEnv } from "node:util";
import { beforeEach, describe, expect, onTestFinished, test } from "vitest";
import { runCli, temporaryFolder, type Run } from "../support/run-cli.ts";
import { CloudflareStandIn } from "./cloudflare-stand-in.ts";

const ROOT = resolve(import.meta.dirname, "../../..");
const URL_OF_WORKER = "https://communique.office.workers.dev";
const KEY = "YSBrZXkgb2YgMzIgYnl0ZXMgZm9yIHRoZXNlIHRlc3RzIQ==";
const SECRETS = ["ADMIN_TOKEN", "SECRETS_KEY", "SIGNING_KEY"];

let account: CloudflareStandIn;
/** Holds the office's configuration and secrets, and is the home of the command. */
let folder: string;
let secretsFile: string;
let config: string;

beforeEach(async () => {
  account = await CloudflareStandIn.start();
  onTestFinished(() => account[Symbol.asyncDispose]());
  folder = await temporaryFolder();
  secretsFile = join(folder, "press.secrets");
  config = await configWith(`BASE_URL = "${URL_OF_WORKER}"`);
});

/** A copy of the configuration, with a Worker that builds fast, and without what an office has made of its own. */
async function configWith(baseUrl: string): Promise<string> {
  const file = join(folder, "wrangler.toml");
  const ours = await readFile(join(ROOT, "wrangler.toml"), "utf8");
  const copy = ours
    .replace("src/worker.ts", "worker.js")
    // Its own manual, of one page.
    .replace(/^\[build\]\ncommand = .*\n/m, "")
    .replace(/^name = .*$/m, 'name = "communique"')
    .replace(/^(?:routes|account_id) = .*\n/gm, "")
    .replace(/^workers_dev = .*$/m, "workers_dev = true")
    .replace(/^BASE_URL = .*$/m, baseUrl);
  await writeFile(file, copy);
  const classes = ["Newsroom", "Subscriber", "Renderer"].map((name) => `export class ${name} {}\n`);
  await mkdir(join(folder, ".wrangler/manual"), { recursive: true });
  await writeFile(join(folder, ".wrangler/manual/docs.html"), "<title>Manual</title>");
  await writeFile(join(folder, "worker.js"), `${classes.join("")}export default { fetch() {} };\n`);
  return file;
}

function deploy(args: readonly string[] = [], env: Record<string, string> = {}): Promise<Run> {
  return runCli(["deploy", "--config", config, "--secrets", secretsFile, ...args], {
    env: { ...account.environment(folder), ...env },
  });
}

/** The secrets in the last upload. */
function sentSecrets(): Record<string, string | undefined> {
  const sent = account.uploads.at(-1)?.bindings.filter(({ type }) => type === "secret_text") ?? [];
  return Object.fromEntries(sent.map(({ name, text }) => [name, text]));
}

async function keptSecrets(): Promise<NodeJS.Dict<string>> {
  return parseEnv(await readFile(secretsFile, "utf8"));
}

/** Every file below the folder in which the text stands. */
async function filesWith(text: string): Promise<string[]> {
  const files = await readdir(folder, { recursive: true, withFileTypes: true });
  const found: string[] = [];
  for (const file of files.filter((entry) => entry.isFile())) {
    const path = join(file.parentPath, file.name);
    if ((await readFile(path, "utf8")).includes(text)) found.push(path);
  }
  return found;
}

describe("the first deploy", () => {
  test("makes the secrets, keeps them in the file and sends them; no output and no other file holds them", async () => {
    const before = await readFile(config, "utf8");
    const run = await deploy();
    expect(run.code, run.stderr).toBe(0);
    const kept = await keptSecrets();
    expect(Object.keys(kept)).toEqual(SECRETS);
    expect(sentSecrets()).toEqual(kept);
    expect((await stat(secretsFile)).mode & 0o777).toBe(0o600);
    for (const value of Object.values(kept)) {
      expect(value).toMatch(/^(?:whsk_)?[\w+/=-]{43,}$/);
      expect(run.stdout + run.stderr).not.toContain(value);
      expect(await filesWith(value ?? "")).toEqual([secretsFile]);
    }
    expect(run.stdout).toContain("communique: new in this account");
    expect(run.stdout).toContain(`deployed    ${URL_OF_WORKER}`);

    // The manual goes with the Worker.
    expect(account.files).toEqual(["/docs.html"]);
    expect(account.uploads.at(-1)?.body).toContain("token-of-the-files");
    // The namespace is bound, and the configuration stays as it is.
    expect(account.namespaces.map(({ title }) => title)).toEqual(["communique-documents"]);
    const bound = account.uploads.at(-1)?.bindings.find(({ name }) => name === "DOCUMENTS");
    expect(bound?.namespace_id).toBe(account.namespaces[0]?.id);
    expect(await readFile(config, "utf8")).toBe(before);
    expect((await readdir(folder)).filter((name) => name.startsWith(".wrangler-deploy"))).toEqual([]);
  });

  test("that failed halfway is repeated with the same secrets and the same namespace", async () => {
    account.failsUpload = true;
    const failed = await deploy();
    expect(failed).toMatchObject({ code: 1, stderr: expect.stringContaining("Wrangler failed") });
    const kept = await keptSecrets();
    account.failsUpload = false;
    expect((await deploy()).code).toBe(0);
    expect(sentSecrets()).toEqual(kept);
    expect(account.namespaces).toHaveLength(1);
  });
});

describe("a later deploy", () => {
  test("from another machine sends and makes no secret, and keeps the namespace", async () => {
    expect((await deploy()).code).toBe(0);
    secretsFile = join(folder, "of-a-colleague");
    const run = await deploy();
    expect(run.code, run.stderr).toBe(0);
    expect(sentSecrets()).toEqual({});
    expect(run.stdout).toContain("the account has all of them: none was sent");
    await expect(stat(secretsFile)).rejects.toThrow("ENOENT");
    expect(account.namespaces).toHaveLength(1);
    const bindings = account.workers.get("communique")?.bindings.map(({ name }) => name);
    expect(bindings).toEqual(expect.arrayContaining([...SECRETS, "DOCUMENTS"]));
  });

  test("sends only the secret that the account has lost, from the file", async () => {
    await writeFile(secretsFile, `ADMIN_TOKEN=other\nSECRETS_KEY=${KEY}\n`);
    account.workers.set("communique", {
      bindings: bindingsWith("ADMIN_TOKEN", "SIGNING_KEY"),
      migrationTag: "v1",
    });
    const run = await deploy();
    expect(run.code, run.stderr).toBe(0);
    expect(sentSecrets()).toEqual({ SECRETS_KEY: KEY });
  });

  test("without the SECRETS_KEY that the account has lost is refused", async () => {
    account.workers.set("communique", {
      bindings: bindingsWith("ADMIN_TOKEN", "SIGNING_KEY"),
      migrationTag: "v1",
    });
    const run = await deploy();
    expect(run).toMatchObject({ code: 1, stdout: "", stderr: expect.stringContaining("--new-secrets-key") });
    expect(account.uploads).toEqual([]);
  });

  test("after the Worker was deleted binds the namespace of the same title", async () => {
    account.namespaces.push({ id: "kept", title: "communique-documents" });
    const run = await deploy();
    expect(run.code, run.stderr).toBe(0);
    expect(run.stdout).toContain("communique-documents: found");
    expect(account.uploads.at(-1)?.bindings).toContainEqual(
      expect.objectContaining({ name: "DOCUMENTS", namespace_id: "kept" }),
    );
  });
});

/** Of a Worker that runs, with these secrets. */
function bindingsWith(...secrets: readonly string[]): { name: string; type: string }[] {
  return [
    { name: "NEWSROOM", type: "durable_object_namespace" },
    { name: "DOCUMENTS", type: "kv_namespace" },
    ...secrets.map((name) => ({ name, type: "secret_text" })),
  ];
}

describe("the address", () => {
  test("of this machine is refused with the line to change", async () => {
    config = await configWith('BASE_URL = "http://localhost:8787"');
    const run = await deploy();
    expect(run).toMatchObject({ code: 1, stdout: "" });
    expect(run.stderr).toContain(
      "BASE_URL is http://localhost:8787, which leads readers to their own machine",
    );
    const lines = (await readFile(config, "utf8")).split("\n");
    const line = lines.findIndex((text) => text.startsWith("BASE_URL")) + 1;
    expect(run.stderr).toContain(`Change line ${line} of ${config}`);
    expect(run.stderr).toContain(`    BASE_URL = "${URL_OF_WORKER}"`);
    expect(run.stderr).toContain('routes = [{ pattern = "press.YOUR-DOMAIN", custom_domain = true }]');
    expect(account.uploads).toEqual([]);
    await expect(stat(secretsFile)).rejects.toThrow("ENOENT");
  });

  test("that this deploy does not serve is a warning with the line to add", async () => {
    config = await configWith('BASE_URL = "https://press.gov.am"');
    const run = await deploy();
    expect(run.code).toBe(0);
    expect(run.stderr).toContain("this deploy serves communique.office.workers.dev");
    expect(run.stderr).toContain('routes = [{ pattern = "press.gov.am", custom_domain = true }]');
  });
});

describe("the login", () => {
  test("is asked for before anything is made", async () => {
    const run = await deploy([], { CLOUDFLARE_API_TOKEN: "" });
    expect(run).toMatchObject({ code: 1, stdout: "" });
    expect(run.stderr).toContain("npx wrangler login");
    await expect(stat(secretsFile)).rejects.toThrow("ENOENT");
  });

  test("of `wrangler login` is used, and no log holds its token", async () => {
    const login = join(folder, ".wrangler/config/default.toml");
    await mkdir(dirname(login), { recursive: true });
    const lines = ['oauth_token = "token-of-the-account"', 'refresh_token = "r"', "scopes = []"];
    await writeFile(login, `${lines.join("\n")}\nexpiration_time = "2099-01-01T00:00:00.000Z"\n`);
    const run = await deploy([], { CLOUDFLARE_API_TOKEN: "" });
    expect(run.code, run.stderr).toBe(0);
    expect(account.uploads).toHaveLength(1);
    expect(await filesWith("token-of-the-account")).toEqual([login]);
  });

  test("that Cloudflare refuses is named with what it must allow", async () => {
    account.refusesLogin = true;
    const run = await deploy();
    expect(run).toMatchObject({ code: 1, stdout: "" });
    expect(run.stderr).toContain("Authentication error [code: 10000]");
    expect(run.stderr).toContain("Workers KV Storage");
  });

  test("that opens several accounts is refused with the line of each", async () => {
    account.accounts.push({ id: "another", name: "Ministry" });
    const run = await deploy();
    expect(run).toMatchObject({ code: 1 });
    expect(run.stderr).toContain('account_id = "another"   # Ministry');
  });
});

describe("--dry-run", () => {
  test("builds the Worker offline, minified, and names a BASE_URL that a deploy refuses", async () => {
    const run = await runCli(
      ["deploy", "--dry-run", "--outdir", join(folder, "bundle"), "--var", "BASE_URL:http://localhost:8787"],
      {
        env: { ...account.environment(folder), CLOUDFLARE_API_TOKEN: "" },
      },
    );
    expect(run.code, run.stderr).toBe(0);
    expect(run.stderr).toContain("a deploy would be refused: BASE_URL is http://localhost:8787");
    const bundle = await readFile(join(folder, "bundle/worker.js"), "utf8");
    expect(bundle.length / bundle.split("\n").length).toBeGreaterThan(200);
    expect(account.calls).toEqual([]);
  });
});

test.each([
  [["--secrets-file", "x"], "Use --secrets FILE instead"],
  [["--var", "ADMIN_TOKEN:x"], "ADMIN_TOKEN is a secret"],
])("deploy refuses %j as wrong usage", async (args, reason) => {
  const run = await deploy(args);
  expect(run).toMatchObject({ code: 2, stdout: "" });
  expect(run.stderr).toContain(reason);
  expect(account.calls).toEqual([]);
});
