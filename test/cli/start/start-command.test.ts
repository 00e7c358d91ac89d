import { execFile } from "node:child_process";
import { once } from "node:events";
import { chmod, mkdir, readdir, stat, symlink, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, onTestFinished, test } from "vitest";
import { freePort } from "../../support/free-port.ts";
import { registryOf } from "../support/content-folders.ts";
import { descendants, portsOf, running } from "../support/processes.ts";
import { runCli, type Running, startCli, temporaryFolder } from "../support/run-cli.ts";
import { npmStart, TOKEN } from "../support/running-service.ts";

const RELEASE =
  "---\nid: 6f1c0c1e-5d2b-4a53-9d6e-0b6f1a2c9e11\nlang: en\nslug: session\ntype: statement\ntitle: The session\ndate: 2020-12-01\n---\n\nIt was held.\n";

/** Sends a signal and waits until the process and its descendants have ended. @returns the exit code */
async function endedBy({ child, ended }: Running, signal: NodeJS.Signals): Promise<number | null> {
  const tree = await descendants(child.pid ?? 0);
  expect(tree.map(({ command }) => command).join("\n")).toContain("workerd");
  child.kill(signal);
  const { code } = await ended;
  await expect.poll(() => running(tree.map(({ pid }) => pid)), { timeout: 30_000 }).toEqual([]);
  return code;
}

test("start publishes the content and its registry, prints its URLs, and ends with Ctrl-C", async () => {
  const folder = await temporaryFolder();
  await writeFile(join(folder, "a.md"), RELEASE.replace("---\n\n", "topics: [csto]\n---\n\n"));
  await writeFile(join(folder, "registry.yaml"), registryOf({ topics: ["csto"] }));
  const service = await npmStart(["--content", folder]);
  onTestFinished(service.end);

  expect(service.process.output.stdout.split("\n")).toEqual([
    "content      1 release: 1 published",
    `page         ${service.url}/`,
    `feed         ${service.url}/feed.rss`,
    `feed         ${service.url}/feed.atom`,
    `feed         ${service.url}/feed.json`,
    "admin token  as given with --var",
    `subscribe    npm run communique -- listen --to ${service.url}`,
    "end          Ctrl-C",
    `communique ready on ${service.url}`,
    "",
  ]);
  for (const format of ["rss", "atom", "json"]) {
    expect(await (await fetch(`${service.url}/feed.${format}`)).text()).toContain("The session");
  }
  const stored = await fetch(`${service.url}/api/v1/releases/6f1c0c1e-5d2b-4a53-9d6e-0b6f1a2c9e11`);
  expect(await stored.json()).toMatchObject({ title: "The session", edition: 1, topics: ["csto"] });
  const topics = async (): Promise<unknown> =>
    (await (await fetch(`${service.url}/api/v1/registry`)).json<{ topics: unknown }>()).topics;
  expect(await topics()).toMatchObject([{ slug: "csto" }]);

  expect(await endedBy(service.process, "SIGINT")).toBe(0);
});

test.runIf(process.platform === "linux")(
  "start opens no debugger at any port, and shows no stack and no secret",
  async () => {
    const service = await npmStart(["--no-content"]);
    onTestFinished(service.end);
    const tree = await descendants(service.process.child.pid ?? 0);
    const ports = [...new Set(await portsOf(tree.map(({ pid }) => pid)))];
    expect(ports).toContain(Number(new URL(service.url).port));
    for (const port of ports) {
      for (const path of ["json", "json/list", "json/version"]) {
        const answer = await fetch(`http://127.0.0.1:${port}/${path}`, {
          redirect: "manual",
          signal: AbortSignal.timeout(5_000),
        });
        const text = await answer.text();
        expect([port, path, answer.ok, text.includes("webSocketDebuggerUrl")]).toEqual([
          port,
          path,
          false,
          false,
        ]);
      }
    }
    // A failed look-up of an endpoint is one plain line.
    await fetch(`${service.url}/api/v1/subscriptions`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ url: "https://nobody.example/hook" }),
    });
    const { output } = service.process;
    await expect
      .poll(() => output.stderr, { timeout: 30_000 })
      .toContain("a host name could not be looked up: ");
    expect(output.stderr).not.toMatch(/stack|rust/);

    // Arguments are there for every user of the machine.
    expect(tree.map(({ command }) => command).join()).not.toContain(TOKEN);
  },
);

test("start opens no way to the ledger beside the API", async () => {
  const state = join(await temporaryFolder(), "state");
  await mkdir(join(state, "v3"), { recursive: true, mode: 0o755 });
  await chmod(state, 0o755);
  const home = await temporaryFolder();
  const service = await npmStart(["--no-content", "--persist-to", state], { HOME: home });
  onTestFinished(service.end);
  for (const path of [
    "api/local/workers",
    "api/workers/durable_objects/namespaces",
    "api/storage/kv/namespaces",
  ]) {
    expect((await fetch(`${service.url}/cdn-cgi/explorer/${path}`)).status).toBe(404);
  }
  expect([(await stat(state)).mode & 0o777, (await stat(join(state, "v3"))).mode & 0o777]).toEqual([
    0o700, 0o700,
  ]);

  // Wrangler names the port of its debugging protocol in this folder, for other programs.
  const named = await readdir(home, { recursive: true });
  expect(named.filter((path) => path.includes("registry"))).toEqual([]);

  // The service itself is no target, under any of its names.
  const port = new URL(service.url).port;
  for (const host of ["localhost", "127.0.0.1", "[::1]"]) {
    const response = await fetch(`${service.url}/api/v1/subscriptions`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ url: `http://${host}:${port}/cdn-cgi/explorer/api/local/observability/clear` }),
    });
    expect(response.status).toBe(422);
  }

  // The token of a confirm URL is in no file outside the ledger.
  await fetch(`${service.url}/api/v1/subscriptions/sub_1/confirm/1.token-of-a-confirm-url`, {
    method: "POST",
  });
  expect(await endedBy(service.process, "SIGTERM")).toBe(0);
  const { stdout } = await promisify(execFile)("grep", [
    "-rlaF",
    "token-of-a-confirm-url",
    home,
    state,
  ]).catch((error: { code: number; stdout: string }) => error);
  expect(stdout).toBe("");
});

test.each(["SIGTERM", "SIGHUP", "SIGKILL"] as const)("%s leaves no process behind", async (signal) => {
  const service = await npmStart(["--no-content"]);
  onTestFinished(service.end);
  const code = await endedBy(service.process, signal);
  if (signal !== "SIGKILL") expect(code).toBe(0);
});

test("killing npm ends the service below it too", async () => {
  const port = String(await freePort());
  const state = await temporaryFolder();
  const secrets = [
    "--var",
    `ADMIN_TOKEN:${TOKEN}`,
    "SECRETS_KEY:dGVzdC1zZWNyZXRzLWtleS1vZi0zMi1ieXRlcy1vci0=",
    "SIGNING_KEY:whsk_dGVzdC1zaWduaW5nLWtleS1vZi0zMi1ieXRlcy1sb24=",
  ];
  const flags = ["start", "--port", port, "--no-content", "--persist-to", state, ...secrets];
  const npm = startCli(flags, { byNpm: true });
  await npm.said("communique ready on ");
  const tree = await descendants(npm.child.pid ?? 0);
  expect(tree.map(({ command }) => command).join("\n")).toContain("workerd");

  npm.child.kill("SIGTERM");
  await expect.poll(() => running(tree.map(({ pid }) => pid)), { timeout: 30_000 }).toEqual([]);
});

test("a port in use is refused before anything is written, and another is suggested", async () => {
  const server = createServer().listen(0, "127.0.0.1");
  onTestFinished(() => void server.close());
  await once(server, "listening");
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;

  const run = await runCli(["start", "--no-content", "--port", String(port)]);
  expect(run.code).toBe(1);
  expect(run.stdout).toBe("");
  expect(run.stderr).toMatch(/^Port \d+ is in use: .* `npm start -- --port \d+`\.\n$/);
});

test("a second start on the same ledger is refused by any name of its folder, until the first one has ended", async () => {
  const folder = await temporaryFolder();
  const [state, link] = [join(folder, "state"), join(folder, "link")];
  const first = await npmStart(["--no-content", "--persist-to", state]);
  onTestFinished(first.end);
  await symlink(state, link);
  const states = await readdir(folder);
  for (const name of [state, link]) {
    const port = String(await freePort());
    const second = await runCli(["start", "--no-content", "--port", port, "--persist-to", name]);
    expect(second).toMatchObject({ code: 1, stdout: "" });
    expect(second.stderr).toMatch(/^another npm start uses this ledger: \S+\. .*--persist-to DIR/);
  }
  expect(await readdir(folder)).toEqual(states);
  expect((await fetch(`${first.url}/healthz`)).status).toBe(200);

  // A crash leaves no lock.
  await endedBy(first.process, "SIGKILL");
  const third = await npmStart(["--no-content", "--persist-to", link]);
  await third.end();
});

test("an address that the machine lacks is refused before anything is written", async () => {
  const port = String(await freePort());
  const run = await runCli(["start", "--no-content", "--port", port, "--host", "192.0.2.1"]);
  expect(run).toEqual({
    code: 1,
    stdout: "",
    stderr: "This machine has no address 192.0.2.1: name one of its own with --host.\n",
  });
});

test("start listens at every address with --host 0.0.0.0, and then posts to no port of this machine", async () => {
  const service = await npmStart(["--no-content", "--host", "0.0.0.0"]);
  onTestFinished(service.end);
  const { port } = new URL(service.url);
  expect((await fetch(`http://127.0.0.3:${port}/healthz`)).status).toBe(200);
  const response = await fetch(`${service.url}/api/v1/subscriptions`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ url: "http://127.0.0.1:9/" }),
  });
  expect(response.status).toBe(422);
});

test.each(["ADMIN_TOKEN:t", "SECRETS_KEY:x", `SECRETS_KEY:${TOKEN},x`])(
  "a weak secret (%s) is refused before anything is written, with the command that makes one",
  async (given) => {
    const run = await runCli(["start", "--no-content", "--port", String(await freePort()), "--var", given]);
    expect(run).toMatchObject({ code: 1, stdout: "" });
    expect(run.stderr).toContain(`${given.split(":")[0]} must be at least 32 random bytes in base64`);
    expect(run.stderr).toContain("openssl rand -base64 32");
  },
);

test("start publishes the sound files, and lists the faults of the others on stderr", async () => {
  const folder = await temporaryFolder();
  await writeFile(join(folder, "a.md"), RELEASE);
  await writeFile(
    join(folder, "b.md"),
    RELEASE.replace("6f1c", "7f1c")
      .replace("slug: session", "slug: other")
      .replace("2020-12-01", "yesterday"),
  );
  // Only the service knows which day it is in its time zone.
  const farEast = new Date(Date.now() + 23 * 3_600_000).toISOString().replace(/\.\d+/, "");
  const late = RELEASE.replace("6f1c", "8f1c")
    .replace("slug: session", "slug: late")
    .replace("2020-12-01", farEast);
  await writeFile(join(folder, "c.md"), late);
  await writeFile(
    join(folder, "d.md"),
    late.replace("8f1c", "9f1c").replace("---\n\n", "draft: true\n---\n\n"),
  );
  const service = await npmStart(["--content", folder]);
  onTestFinished(service.end);
  expect(service.process.output.stdout).toMatch(/^content {6}1 release: 1 published\n/);
  expect(service.process.output.stderr).toMatch(
    /b\.md:7: date: .*\n.*c\.md:7: date: .*\n.*d\.md:4: slug: .*\n3 faults in 3 files: the other files are published\n$/,
  );
  expect((await fetch(`${service.url}/en/releases/session`)).status).toBe(200);
});

test("a service that cannot run ends at once, with the line that says why", async () => {
  const state = await temporaryFolder();
  await mkdir(join(state, "v3"));
  await writeFile(join(state, "v3", "do"), "not a folder");
  const failed = npmStart(["--no-content", "--persist-to", state]);
  await expect(failed).rejects.toThrow(
    /ended with 1 .*v3\/do.*\nThe service ended unexpectedly\. Start it with --verbose to see everything that it logs\./s,
  );
});
