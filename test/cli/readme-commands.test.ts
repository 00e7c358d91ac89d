import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { OFFICE_CONTENT } from "./support/content-folders.ts";
import { runCli, startCli, temporaryFolder } from "./support/run-cli.ts";
import { npmStart, type StartedService, TOKEN } from "./support/running-service.ts";

const ROOT = resolve(import.meta.dirname, "../..");
const README = readFileSync(join(ROOT, "README.md"), "utf8");

/** Every command in README's shell blocks, without its comment. */
const COMMANDS = [...README.matchAll(/^```sh\n(.*?)^```/gms)]
  .flatMap(([, block = ""]) => block.split("\n"))
  .map((line) => line.replace(/\s+#.*$/, "").trim())
  .filter((line) => line !== "");
const starting = (prefix: string) => COMMANDS.filter((command) => command.startsWith(prefix));

describe("the commands in README.md", () => {
  let service: StartedService;
  beforeAll(async () => {
    service = await npmStart(["--content", OFFICE_CONTENT]);
  });
  afterAll(() => service.end());

  test.each(starting("curl "))("%s gets an answer", async (command) => {
    const here = command
      .replace("http://localhost:8787", service.url)
      .replace(/^curl/, "curl --fail --silent --show-error");
    const answer = async () => (await promisify(execFile)("sh", ["-c", here])).stdout;
    // The projection writes the feeds after the ledger accepts the releases.
    await expect.poll(answer, { timeout: 20_000 }).toContain("CSTO");
  });

  test("npm run communique -- listen subscribes a receiver", async () => {
    expect(COMMANDS).toContain("npm run communique -- listen");
    const listening = startCli(["listen", "--to", service.url], { byNpm: true });
    await listening.said("listening on http://127.0.0.1:");
  });

  test("npm run communique -- publish publishes the example", async () => {
    const [, example = ""] = /^```md\n(---.*?)^```/ms.exec(README) ?? [];
    const folder = await temporaryFolder();
    await writeFile(join(folder, "statement.md"), example);
    const run = await runCli(["publish", folder, "--to", service.url], {
      byNpm: true,
      env: { COMMUNIQUE_TOKEN: TOKEN },
    });
    expect(run.stderr).not.toContain("statement.md:");
    expect(run).toMatchObject({ code: 0, stdout: expect.stringContaining("1 release: 1 published") });
  });

  test("are scripts of package.json, commands of the command line, or Wrangler's", async () => {
    const { scripts } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8")) as {
      scripts: Record<string, string>;
    };
    const { stdout: help } = await runCli(["--help"]);
    const { stdout: wrangler } = await promisify(execFile)(
      join(ROOT, "node_modules/.bin/wrangler"),
      ["--help"],
      { env: { ...process.env, WRANGLER_LOG: "log" } },
    );
    const unknown = COMMANDS.flatMap((command) => command.split(" && ")).filter((command) => {
      const [, ours] = /^npm run communique -- ([a-z]+)/.exec(command) ?? [];
      if (ours !== undefined) return !help.includes(`  ${ours} `);
      const [, script] = /^npm (?:run )?([a-z:]+)/.exec(command) ?? [];
      if (script !== undefined) return script !== "install" && !(script in scripts);
      const [, subcommand] = /^npx wrangler ([a-z]+)/.exec(command) ?? [];
      if (subcommand !== undefined) return !wrangler.includes(`wrangler ${subcommand}`);
      return !/^(?:curl |git pull$|export COMMUNIQUE_TOKEN=)/.test(command);
    });
    expect(unknown).toEqual([]);
  });

  test("fit on two screens", () => {
    expect(README.split("\n").length).toBeLessThanOrEqual(131);
    expect(Buffer.byteLength(README)).toBeLessThanOrEqual(9_000);
  });
});
