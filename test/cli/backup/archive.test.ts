import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import { checkArchive } from "../../../src/cli/backup/read-archive.ts";
import { contentFile, folderWith } from "../support/content-folders.ts";
import { cuttingProxy } from "../support/cutting-proxy.ts";
import { runCli, spawnCli, startCli, temporaryFolder } from "../support/run-cli.ts";
import { startService, TOKEN, type Service } from "../support/running-service.ts";

const env = { COMMUNIQUE_TOKEN: TOKEN };
let service: Service;
let folder: string;
let whole: Buffer;

beforeAll(async () => {
  service = await startService();
  folder = await mkdtemp(join(tmpdir(), "communique-"));
  const made = await spawnCli(["backup", join(folder, "whole"), "--to", service.url], { env }).ended;
  expect(made).toMatchObject({ code: 0 });
  whole = await readFile(join(folder, "whole"));
});
afterAll(async () => {
  await service.end();
  await rm(folder, { recursive: true, force: true });
});

/** What `restore` says of an archive with these bytes, before it sends anything. */
async function faultOf(bytes: Buffer | string): Promise<string> {
  const file = join(folder, "given");
  await writeFile(file, bytes);
  return checkArchive(file).then(
    () => "none",
    (error: unknown) => String(error),
  );
}

/** Restores an archive with these bytes. */
async function restore(bytes: Buffer | string, more = ["--yes"]) {
  const file = join(folder, "given");
  await writeFile(file, bytes);
  return runCli(["restore", file, "--to", service.url, ...more], { env });
}

test("restore names what is wrong with an archive: empty, another file, another version, cut off", async () => {
  const lines = whole.toString().trimEnd().split("\n");
  const [first = "", ...rest] = lines;
  for (const [bytes, message] of [
    ["", "is empty: it is no backup"],
    ["Minutes of the session\n", "does not begin as a backup of communique does"],
    [[first.replace('"version":1', '"version":7'), ...rest].join("\n"), "has version 7 of the archive"],
    [lines.slice(0, -1).join("\n"), "is cut off: its last line is missing"],
    [whole.subarray(0, -20), "is cut off: its last line is missing"],
    [whole.subarray(0, 40), "is cut off: its last line is missing"],
    [`${lines.slice(0, -1).join("\n").slice(0, -20)}\n${lines.at(-1)}\n`, "is damaged"],
    [`${lines.join("\n")}\n${lines.at(-1)}\n`, "is damaged"],
  ] as const) {
    expect(await faultOf(bytes)).toContain(message);
  }
  const empty = await restore("");
  expect(empty).toMatchObject({
    code: 1,
    stdout: "",
    stderr: expect.stringContaining("Nothing was changed"),
  });
});

test("restore finds one damaged byte, wherever it is", async () => {
  const end = whole.lastIndexOf('{"end"');
  const places = Array.from({ length: 40 }, (_, index) => Math.floor((whole.length * (index + 1)) / 41));
  for (const at of [...places, end - 3, end + 1, end + 12, whole.length - 10]) {
    const bytes = Buffer.from(whole);
    bytes[at] = (bytes[at] ?? 0) ^ 1;
    expect([at, await faultOf(bytes)]).toEqual([
      at,
      expect.stringMatching(/is damaged|is cut off|does not begin|has version/),
    ]);
  }
  expect(await faultOf(whole)).toBe("none");
});

test("restore asks first whether the old service has stopped, and backup leaves no half archive", async () => {
  const asked = await restore(whole, []);
  expect(asked).toMatchObject({
    code: 1,
    stderr: expect.stringContaining("add --yes. Nothing was changed."),
  });
  const health = await fetch(`${service.url}/healthz`);
  expect(health.status).toBe(200);
  const failed = await runCli(["backup", join(folder, "second"), "--to", service.url], {
    env: { COMMUNIQUE_TOKEN: "a-wrong-token-of-enough-bytes-0123456789" },
  });
  expect(failed).toMatchObject({ code: 1 });
  expect((await readdir(folder)).toSorted()).toEqual(["given", "whole"]);
});

test("restore refuses a service with another SECRETS_KEY before it writes anything", async () => {
  const other = await startService({ SECRETS_KEY: "b3RoZXItc2VjcmV0cy1rZXktb2YtMzItYnl0ZXMtb3ItbW9yZQ==" });
  try {
    const refused = await runCli(["restore", join(folder, "whole"), "--yes", "--to", other.url], { env });
    expect(refused).toMatchObject({
      code: 1,
      stderr: expect.stringContaining("Set the SECRETS_KEY that service had"),
    });
    const content = await folderWith({ "a.md": contentFile() });
    const run = await runCli(["publish", content, "--to", other.url], { env });
    expect(run).toMatchObject({ code: 0 });
  } finally {
    await other.end();
  }
});

test.each(["SIGINT", "SIGTERM"] as const)(
  "a backup that %s ends leaves nothing beside its archive",
  async (signal) => {
    const proxy = await cuttingProxy(service.url, (request) => request === "POST /api/v1/backup");
    onTestFinished(proxy.end);
    const into = await temporaryFolder();
    const backup = startCli(["backup", join(into, "press.jsonl"), "--to", proxy.url], { env });
    await proxy.cut;
    expect(await readdir(into)).toHaveLength(1);
    backup.child.kill(signal);
    expect(await backup.ended).toEqual({
      code: 1,
      stdout: "",
      stderr: "Interrupted: no backup was written.\n",
    });
    expect(await readdir(into)).toEqual([]);
  },
);

test("a backup removes what a killed one has left beside the same archive, and says so", async () => {
  const proxy = await cuttingProxy(service.url, (request) => request === "POST /api/v1/backup");
  onTestFinished(proxy.end);
  const into = await temporaryFolder();
  const press = join(into, "press.jsonl");
  const [killed, other] = [press, join(into, "press")].map((archive) =>
    startCli(["backup", archive, "--to", proxy.url], { env }),
  );
  await expect.poll(() => readdir(into), { timeout: 30_000 }).toHaveLength(2);
  killed?.child.kill("SIGKILL");
  await killed?.ended;
  const run = await runCli(["backup", press, "--to", service.url], { env });
  expect(run).toMatchObject({ code: 0 });
  expect(run.stderr).toMatch(
    /^removed \S+\/\.press\.jsonl\.\S+, which a backup that was cut off had left\n$/,
  );
  expect(await readdir(into)).toEqual([expect.stringMatching(/^\.press\.\d+\./), "press.jsonl"]);
  other?.child.kill("SIGINT");
  await other?.ended;
  expect(await readdir(into)).toEqual(["press.jsonl"]);
});

test("a backup that cannot be written is refused before the service is asked", async () => {
  const into = await temporaryFolder();
  await writeFile(join(into, "file"), "");
  for (const [archive, words] of [
    [into, "cannot be written: it is a folder."],
    [join(into, "nowhere", "press.jsonl"), "nowhere cannot be written: it does not exist."],
    [join(into, "file", "press.jsonl"), "file cannot be written: it is not a folder."],
  ] as const) {
    const run = await runCli(["backup", archive, "--to", "http://127.0.0.1:9"], { env });
    expect(run).toMatchObject({ code: 1, stdout: "", stderr: expect.stringContaining(`${words}\n`) });
  }
  expect(await readdir(into)).toEqual(["file"]);
});
