import { glob, readFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { shown } from "../../src/cli/output.ts";
import { printable } from "../../src/cli/terminal.ts";
import { runCli } from "./support/run-cli.ts";

const CLI = join(import.meta.dirname, "../../src/cli");
/** Renames the window, clears the screen (also in its one-character form), and shows text backwards. */
const HOSTILE = "\u001b]0;owned\u0007 \u001b[2J \u009b2J \u202edesrever\u2066\u200f";
const CONTROLS = /[^\P{Cc}\n\t]|[\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/u;

test("nothing but one function prints", async () => {
  const printing: string[] = [];
  for await (const file of glob("**/*.ts", { cwd: CLI })) {
    const source = await readFile(join(CLI, file), "utf8");
    if (/console\.|std(?:out|err)\.write/.test(source)) printing.push(file);
  }
  expect(printing).toEqual(["output.ts"]);
});

test("controls are written out; line ends, tabs and our own colour stay", () => {
  expect(shown(HOSTILE)).not.toMatch(CONTROLS);
  expect(shown("a\u001b[2Jb\u202ec")).toBe("a\\u001b[2Jb\\u202ec");
  const own = "\u001b[31mfailed\u001b[39m\tonce\nԵրևան 🇦🇲 שלום";
  expect(shown(own)).toBe(own);
  expect(JSON.parse(shown(JSON.stringify({ title: HOSTILE })))).toEqual({ title: HOSTILE });
});

test("a cell has no controls at all, and stays on its line", () => {
  expect(printable(`one\ntwo\u202ethree\u2028four\u200f`)).toBe("one two three four ");
});

/** A service that answers everything with one problem. */
async function hostileService(): Promise<URL> {
  const server = createServer((_request, response) => {
    response.writeHead(422, { "content-type": "application/problem+json" });
    const errors = [{ path: `/${HOSTILE}`, message: `${HOSTILE}\nforged line` }];
    response.end(
      JSON.stringify({ code: "invalid", title: HOSTILE, detail: `${HOSTILE}\nforged line`, errors }),
    );
  }).listen(0, "127.0.0.1");
  onTestFinished(() => void server.close());
  await new Promise((listening) => server.once("listening", listening));
  return new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
}

test("a service cannot control the terminal by what it answers", async () => {
  const service = await hostileService();
  for (const command of [
    ["subscriptions"],
    ["subscriptions", "--json"],
    ["kill", crypto.randomUUID(), "--reason", "x", "--yes"],
  ]) {
    const run = await runCli([...command, "--to", service.origin], { env: { COMMUNIQUE_TOKEN: "t" } });
    expect(run.code).toBe(1);
    expect(run.stderr).toContain("owned");
    expect(run.stdout + run.stderr).not.toMatch(CONTROLS);
    expect(run.stderr.split("\n")).not.toContain("forged line");
  }
});

test("the admin token is not sent in the clear to another machine, unless COMMUNIQUE_INSECURE allows it", async () => {
  const to = ["subscriptions", "--to", "http://press.invalid"];
  const run = await runCli(to, { env: { COMMUNIQUE_TOKEN: "secret-token" } });
  expect(run).toMatchObject({ code: 1, stdout: "" });
  expect(run.stderr).toBe(
    "http://press.invalid is not encrypted, so everybody on the way could read the token: use https, or set COMMUNIQUE_INSECURE=1.\n",
  );
  const allowed = await runCli(to, { env: { COMMUNIQUE_TOKEN: "secret-token", COMMUNIQUE_INSECURE: "1" } });
  expect(allowed.stderr).toContain("No service answers at http://press.invalid");
});
