import { execFile } from "node:child_process";
import { describe, expect, it } from "vitest";

interface Diagnostic {
  code: string;
  filename: string;
  labels: { span: { line: number } }[];
}

/** What the linter, with the project's own settings, says of deliberately bad files. */
async function diagnostics(folder: string): Promise<Diagnostic[]> {
  const stdout = await new Promise<string>((resolve) => {
    execFile(
      "node_modules/.bin/oxlint",
      ["--format", "json", `test/project/fixtures/${folder}`],
      (_error, output) => resolve(output),
    );
  });
  return (JSON.parse(stdout) as { diagnostics: Diagnostic[] }).diagnostics;
}

const found = (all: Diagnostic[]) =>
  all
    .map(({ code, labels }) => `${labels[0]?.span.line} ${code}`)
    .sort((a, b) => Number.parseInt(a) - Number.parseInt(b));

describe("the order of dependence", () => {
  it("keeps platform, clock, chance and upper layers out of the domain", async () => {
    expect(found(await diagnostics("domain"))).toEqual([
      "2 eslint(no-restricted-imports)",
      "3 eslint(no-restricted-imports)",
      "4 eslint(no-restricted-imports)",
      "5 eslint(no-restricted-imports)",
      "6 eslint(no-restricted-imports)",
      "8 eslint(no-restricted-properties)",
      "9 eslint(no-restricted-properties)",
      "10 eslint(no-restricted-globals)",
    ]);
  });

  it("keeps the inside of the service out of the command line", async () => {
    expect(found(await diagnostics("cli"))).toEqual(["2 eslint(no-restricted-imports)"]);
  });
});
