import { execFile } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { describe, expect, it } from "vitest";
import { PURE, ROOMS } from "./rooms.ts";

const FIXTURES = "test/project/fixtures";

interface Diagnostic {
  filename: string;
  labels: { span: { line: number } }[];
}

/** What the linter, with the project's own settings, says of all fixtures: refused lines by file. */
const refused = new Promise<Map<string, number[]>>((resolve) => {
  execFile("node_modules/.bin/oxlint", ["--format", "json", FIXTURES], (_error, output) => {
    const { diagnostics } = JSON.parse(output) as { diagnostics: Diagnostic[] };
    const byFile = Map.groupBy(diagnostics, ({ filename }) => filename);
    resolve(
      new Map(
        Array.from(byFile, ([file, found]) => [
          file,
          found.flatMap(({ labels }) => labels[0]?.span.line ?? []).sort((a, b) => a - b),
        ]),
      ),
    );
  });
});

function sourceFiles(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((path) => path.endsWith(".ts"));
}

describe("the order of dependence", () => {
  // Rooms of one file need no fixture: their row holds for the file itself.
  const rooms = Object.keys(ROOMS).filter((room) => !room.endsWith(".ts"));

  it.each(rooms)("is kept in %s by the linter", async (room) => {
    const file = join(FIXTURES, room, "bad.ts");
    const marked = readFileSync(file, "utf8")
      .split("\n")
      .flatMap((line, index) => (line.endsWith("// forbidden") ? [index + 1] : []));
    expect(marked.length).toBeGreaterThan(0);
    expect((await refused).get(file)).toEqual(marked);
  });

  it("has a room for every file of src", () => {
    const known = sourceFiles("src").filter((path) => path !== "env.d.ts");
    const homeless = known.filter((path) => !(path in ROOMS) && !((path.split("/")[0] ?? "") in ROOMS));
    expect(homeless).toEqual([]);
  });

  it("keeps the clock out of pure rooms, also as `new Date()`", () => {
    const withClock = PURE.flatMap((room) =>
      sourceFiles(`src/${room}`).map((path) => join("src", room, path)),
    )
      .filter((path) => /new Date\(\)/.test(readFileSync(path, "utf8")))
      .map((path) => relative(".", path));
    expect(withClock).toEqual([]);
  });
});
