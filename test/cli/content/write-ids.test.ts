import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { parseContentFile, readContentFile } from "../../../src/cli/content/content-file.ts";
import { writeIds } from "../../../src/cli/content/write-ids.ts";
import { folderWith } from "../support/content-folders.ts";

test("a file that another publish has given its id meanwhile stays as it is", async () => {
  const folder = await folderWith({
    "a.md": "---\nlang: en\ntype: statement\ntitle: New one\ndate: 2020-12-01\n---\n\nText.\n",
  });
  const file = join(folder, "a.md");
  const [one, other] = [await readContentFile(file, Infinity), await readContentFile(file, Infinity)];
  if ("issues" in one || "issues" in other) throw new Error("faulty");
  await writeIds(one);
  const written = await readFile(file, "utf8");
  await expect(writeIds(other)).rejects.toThrow("has been given its id meanwhile, by another publish. Run");
  expect(await readFile(file, "utf8")).toBe(written);
});

test.each(["2024", "007", "True", "Null", "0x1F", "1e3", "2024-12-01", "Off"])(
  "the title %j gives a slug that YAML reads back as text",
  async (title) => {
    const folder = await folderWith({
      "a.md": `---\nlang: en\ntype: statement\ntitle: "${title}"\ndate: 2020-12-01\n---\n\nText.\n`,
    });
    const file = join(folder, "a.md");
    const read = await readContentFile(file, Infinity);
    if ("issues" in read) throw new Error(JSON.stringify(read));
    await writeIds(read);
    const again = parseContentFile(file, await readFile(file), Infinity);
    expect(again).toMatchObject({ release: { id: read.release.id, slug: read.release.slug }, missing: {} });
  },
);
