import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { PreviewReader } from "../../../src/cli/preview/preview-content.ts";
import { contentFile, folderWith, newContentFile, registryOf } from "../support/content-folders.ts";

const NOW = Date.parse("2026-11-27T12:00:00Z");

function named(slug: string, fields = ""): string {
  return contentFile(fields).replace(/slug: .*/, `slug: ${slug}`);
}

test("what readers do not see yet has a mark that says why", async () => {
  const folder = await folderWith({
    "a.md": named("public"),
    "b.md": named("over", "embargo: 2026-11-27T11:00:00Z\n"),
    "c.md": named("secret", "embargo: 2026-11-27T13:00:00Z\ndraft: true\n"),
    "d.md": named("ahead").replace("2020-12-01", "2027-01-01"),
  });
  const { marks, faults } = await new PreviewReader(folder).read(NOW);
  expect(faults).toEqual([]);
  expect([...marks]).toEqual([
    ["/en/releases/ahead", "dated 2027-01-01, which needs an embargo"],
    ["/en/releases/secret", "draft, under embargo until 2026-11-27T13:00:00Z"],
  ]);
});

test("a file without an id keeps the one that it was given, so that an unchanged folder is shown once", async () => {
  const reader = new PreviewReader(await folderWith({ "a.md": newContentFile() }));
  const [first, second] = [await reader.read(NOW), await reader.read(NOW)];
  expect(second.folder.files[0]?.release).toEqual(first.folder.files[0]?.release);
});

test("what has a fault keeps its last sound state, unless another file has taken its place", async () => {
  const text = named("statement", "topics: [csto]\n");
  const folder = await folderWith({
    "registry.yaml": registryOf({ topics: ["csto"] }),
    "site.yaml": "title: The Ministry\n",
    "a.md": text,
  });
  const reader = new PreviewReader(folder);
  const { folder: sound } = await reader.read(NOW);
  await writeFile(join(folder, "registry.yaml"), "topics: [\n");
  await writeFile(join(folder, "site.yaml"), "titel: x\n");
  await writeFile(join(folder, "a.md"), text.replace("lang: en", "lang: [en"));
  const faulty = await reader.read(NOW);
  expect(faulty.faults.map(({ file }) => file.slice(folder.length + 1)).sort()).toEqual([
    "a.md",
    "registry.yaml",
    "site.yaml",
  ]);
  expect(faulty.folder.files.map(({ release }) => release)).toEqual(
    sound.files.map(({ release }) => release),
  );
  expect(faulty.folder.registry?.content).toEqual(sound.registry?.content);
  expect(faulty.folder.site?.identity).toEqual({ title: "The Ministry" });

  await writeFile(join(folder, "b.md"), named("statement"));
  const taken = await reader.read(NOW);
  expect(taken.folder.files).toHaveLength(1);
  for (const name of ["a.md", "b.md", "registry.yaml", "site.yaml"]) await rm(join(folder, name));
  const empty = await reader.read(NOW);
  expect([empty.folder.files, empty.folder.registry, empty.folder.site, empty.faults]).toEqual([
    [],
    undefined,
    undefined,
    [],
  ]);
});
