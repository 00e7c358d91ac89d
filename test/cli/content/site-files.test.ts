import { expect, test } from "vitest";
import { languageIssues, readSiteFiles } from "../../../src/cli/content/site-files.ts";
import { folderWith } from "../support/content-folders.ts";

async function faultsOf(files: Record<string, string>): Promise<string[]> {
  const read = await readSiteFiles(await folderWith(files));
  if (!Array.isArray(read)) throw new TypeError("no faults");
  return read.map(
    ({ file, line, field, message }) => `${file.split("/").at(-1)}:${line}: ${field}: ${message}`,
  );
}

test("a folder without the files says nothing of the site", async () => {
  expect(await readSiteFiles(await folderWith({}))).toBeUndefined();
});

test("site.yaml and phrases.yaml are sent as one", async () => {
  const folder = await folderWith({
    "site.yaml":
      "title: { en: Ministry, hy: Նախարարություն }\ncolour: '#0B3D6F'\nai: { search: yes, train: no }\n",
    "phrases.yaml": "en:\n  older: Earlier\n",
  });
  expect(await readSiteFiles(folder)).toMatchObject({
    identity: {
      title: { en: "Ministry", hy: "Նախարարություն" },
      colour: "#0b3d6f",
      ai: { search: true, train: false },
      phrases: { en: { older: "Earlier" } },
    },
  });
});

test("every fault of both files has its line", async () => {
  const faults = await faultsOf({
    "site.yaml":
      "titel: x\ncolour: '#ffcc00'\ncontact:\n  mail: press@mfa.example\nphrases: {}\ntitle: 2026\n",
    "phrases.yaml": "en:\n  oldr: Earlier\n  since: from\n",
  });
  expect(faults).toEqual([
    "site.yaml:6: title: must be text: put quotation marks around it, exactly as it stands",
    expect.stringMatching(/^site\.yaml:2: colour: has a contrast of 1\.51:1 against white/),
    "site.yaml:4: contact/mail: is not a known field, or is misspelt; the nearest is email",
    "site.yaml:1: titel: is not a known field, or is misspelt; the nearest is title",
    expect.stringMatching(/^site\.yaml:5: phrases: is not a known field/),
    "phrases.yaml:3: en/since: must hold {date} once",
    "phrases.yaml:2: en/oldr: is not a known field, or is misspelt; the nearest is older",
  ]);
});

test("a comment that cuts a colour off is a fault", async () => {
  expect(await faultsOf({ "site.yaml": "title: The office #1\n" })).toEqual([
    expect.stringMatching(/^site\.yaml:1: undefined: has a comment/),
  ]);
});

test("a language without wording is a fault that names the way out", async () => {
  const path = await folderWith({});
  const [issue, ...more] = languageIssues({ path }, ["en", "tlh"]);
  expect(more).toEqual([]);
  expect(issue).toMatchObject({ file: `${path}/phrases.yaml`, line: 1 });
  expect(issue?.message).toMatch(
    /^is required: communique has no wording in tlh, .* Write it in phrases\.yaml .* or take tlh out of LANGUAGES$/,
  );
});

test("wording that is not complete is a fault at its line", async () => {
  const path = await folderWith({ "phrases.yaml": "en:\n  older: Earlier\ntlh:\n  older: ngo'\n" });
  const site = await readSiteFiles(path);
  if (site === undefined || Array.isArray(site)) throw new TypeError("faults");
  expect(languageIssues({ path, site }, ["en", "tlh"])).toEqual([
    expect.objectContaining({ line: 3, field: "tlh", message: expect.stringMatching(/^lacks everything, /) }),
  ]);
  expect(languageIssues({ path, site }, ["en"])).toEqual([]);
});

test("a text by language lacks nothing if it has the default language", async () => {
  const path = await folderWith({ "site.yaml": "colour: '#0b3d6f'\ntitle: { hy: Նախարարություն }\n" });
  const site = await readSiteFiles(path);
  if (site === undefined || Array.isArray(site)) throw new TypeError("faults");
  expect(languageIssues({ path, site }, ["hy", "en"])).toEqual([]);
  expect(languageIssues({ path, site }, ["en", "hy"])).toEqual([
    expect.objectContaining({ line: 2, field: "title", message: expect.stringContaining("lacks en") }),
  ]);
});
