import { readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { expect, test } from "vitest";
import { folderWith, OFFICE_REGISTRY } from "../support/content-folders.ts";
import { runCli } from "../support/run-cli.ts";

const ROOT = resolve(import.meta.dirname, "../../..");

/** The fenced blocks of a Markdown file that begin with front matter. */
async function contentExamples(file: string): Promise<string[]> {
  const text = await readFile(join(ROOT, file), "utf8");
  return [...text.matchAll(/^```\w*\n(---\n.*?)^```$/gms)].map(([, example = ""]) => example);
}

test("content/README.md has an example of a content file", async () => {
  expect((await contentExamples("content/README.md")).length).toBeGreaterThan(0);
});

test.each(["content/README.md", "README.md"])(
  "the content files in the examples of %s pass check as they are",
  async (file) => {
    const examples = await contentExamples(file);
    const folder = await folderWith({
      "registry.yaml": await readFile(OFFICE_REGISTRY),
      ...Object.fromEntries(examples.map((example, at) => [`${at}.md`, example])),
    });
    const run = await runCli(["check", folder]);
    expect(run).toMatchObject({ code: 0, stderr: "" });
    expect(run.stdout).toContain(`${examples.length} release`);
  },
);
