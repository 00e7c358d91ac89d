import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { expect, test } from "vitest";

const ROOT = resolve(import.meta.dirname, "../..");
const NODE = join(ROOT, "node_modules/.bin/node");

const READMES = execFileSync("git", ["ls-files", "--cached", "--others", "--exclude-standard", "*.md"], {
  cwd: ROOT,
  encoding: "utf8",
})
  .trim()
  .split("\n")
  .filter((file) => /(?:^|\/)README\.md$/i.test(file) || /^(?:\.github|src\/manual)\//.test(file));

function read(file: string): string {
  return readFileSync(join(ROOT, file), "utf8");
}

/** Inline code holds no links, and fenced blocks hold neither links nor paths of this repository. */
function withoutFences(markdown: string): string {
  return markdown.replace(/^```.*?^```$/gms, "");
}

/** The commands of the command line, from its help. */
function commandsInHelp(): string[] {
  const help = execFileSync(NODE, [join(ROOT, "src/cli/main.ts"), "--help"], { encoding: "utf8" });
  const [, commands = ""] = help.split("Commands:\n");
  return [...commands.matchAll(/^ {2}([a-z-]+)/gm)]
    .map(([, command = ""]) => command)
    .filter((command) => command !== "help");
}

test.each(READMES)("every relative link of %s leads to a file", (file) => {
  const text = withoutFences(read(file)).replace(/`[^`\n]*`/g, "");
  const links = [...text.matchAll(/\]\(([^)\s#]+)(?:#[^)\s]*)?\)/g)]
    .map(([, link = ""]) => link)
    .filter((link) => !/^[a-z]+:/.test(link));
  const missing = links.filter((link) => !existsSync(join(ROOT, dirname(file), link)));
  expect(missing).toEqual([]);
});

test.each(READMES)("every path in backticks of %s exists", (file) => {
  const code = [...withoutFences(read(file)).matchAll(/`([^`\n]+)`/g)].map(([, text = ""]) => text);
  const missing = code
    .filter((path) => /^(?:src|test|content)\/[\w./-]*$/.test(path))
    .filter((path) => !existsSync(join(ROOT, path)));
  expect(missing).toEqual([]);
});

test("src/cli/README.md names the commands of --help, and no others", () => {
  const text = read("src/cli/README.md");
  const commands = commandsInHelp();
  const named = [...text.matchAll(/npm run communique -- ([a-z-]+)/g)].map(([, command = ""]) => command);
  expect(named.filter((command) => !commands.includes(command))).toEqual([]);
  // Scripts of package.json run these two.
  const scripts = [
    ...(text.includes("npm start") ? ["start"] : []),
    ...(text.includes("npm run deploy") ? ["deploy"] : []),
  ];
  const present = new Set([...named, ...scripts]);
  expect(commands.filter((command) => !present.has(command))).toEqual([]);
});

test("`npm run properties` runs every property that takes more runs", () => {
  const { scripts } = JSON.parse(read("package.json")) as { scripts: Record<string, string> };
  const named = scripts["properties"]?.match(/\btest\/\S+/g) ?? [];
  const slow = execFileSync("git", ["grep", "-l", "[: ]runs([0-9]", "--", "test/*.test.ts"], {
    cwd: ROOT,
    encoding: "utf8",
  });
  const files = slow.trim().split("\n");
  expect(files.length).toBeGreaterThan(3);
  expect(files.filter((file) => !named.some((start) => file.startsWith(start)))).toEqual([]);
});
