import { describe, expect, test } from "vitest";
import { parseContentFile, type ContentFile } from "../../../src/cli/content/content-file.ts";
import type { FileIssue } from "../../../src/cli/content/file-issue.ts";
import { BODY_BYTES_MAX } from "../../../src/domain/limits.ts";

const NOW = Date.parse("2026-11-23T12:00:00Z") / 1000;
const ID = "6f1c0c1e-5d2b-4a53-9d6e-0b6f1a2c9e11";

function text(fields: string, body = "The session was held."): string {
  return `---\nid: ${ID}\nlang: en\nslug: session\ntype: statement\ntitle: The session\ndate: 2020-12-01\n${fields}---\n\n${body}\n`;
}

function parse(content: string | Uint8Array): ContentFile | FileIssue[] {
  return parseContentFile("/content/a.md", typeof content === "string" ? Buffer.from(content) : content, NOW);
}

/** `LINE field: message` of each issue. */
function issues(content: string | Uint8Array): string[] {
  const parsed = parse(content);
  return Array.isArray(parsed)
    ? parsed.map(({ line, field, message }) => `${line} ${field ?? "-"}: ${message}`)
    : [];
}

function release(content: string): ContentFile["release"] {
  const parsed = parse(content);
  if (Array.isArray(parsed)) throw new Error(JSON.stringify(parsed));
  return parsed.release;
}

describe("a comment beside a value", () => {
  test.each([
    ["title: Resolution #242 adopted", 2],
    ["summary: Case #7 was closed", 2],
    ["topics:\n  - csto # the treaty", 3],
    ["topics: [csto #own\n  , cis]", 2],
  ])("is a fault that names its line and the way out: %s", (field, line) => {
    const content = `---\n${field}\nlang: en\n---\n\nText.\n`;
    expect(issues(content)[0]).toMatch(new RegExp(`^${line} -: has a comment, .* quotation marks`));
    expect(issues(content)).toContainEqual("2 date: is required");
  });

  test.each([
    'title: "Resolution #242 adopted"',
    "title: C# and a#b",
    'title: "The session" # as it came',
    "title: |\n  Resolution #242",
    "# a comment of its own\ntitle: The session",
    "title: The session\ntopics: # none yet\n  - csto",
  ])("is none: %s", (field) => {
    const content = text("").replace("title: The session", field);
    expect(issues(content)).toEqual([]);
  });
});

describe("a valid file", () => {
  test("becomes a release with its body", () => {
    expect(release(text("topics: [csto]\n"))).toMatchObject({
      id: ID,
      topics: ["csto"],
      date: "2020-12-01",
      body: "The session was held.",
    });
  });

  test("may begin with a byte order mark and end its lines as Windows does", () => {
    const windows = `\uFEFF${text("note: Corrected\n", "One.\n\nTwo.").replaceAll("\n", "\r\n")}`;
    expect(release(windows)).toMatchObject({ note: "Corrected", body: "One.\n\nTwo." });
  });

  test("may have lines of dashes in its body", () => {
    expect(release(text("", "One.\n\n---\n\nTwo.")).body).toBe("One.\n\n---\n\nTwo.");
  });

  test("without an id and a slug says which ones it will get", () => {
    const parsed = parse(
      "---\nlang: hy\ntype: statement\ntitle: Հայաստան և աշխարհ\ndate: 2020-12-01\n---\nՏեքստ\n",
    );
    expect(parsed).toMatchObject({
      missing: { id: expect.stringMatching(/^[0-9a-f-]{36}$/), slug: "hayastan-yev-ashkharh" },
    });
  });

  test("keeps an instant and the language tag no as written", () => {
    const norwegian = text("embargo: 2030-12-01T10:00:00+04:00\n").replace("lang: en", "lang: no");
    expect(release(norwegian)).toMatchObject({ embargo: "2030-12-01T10:00:00+04:00", lang: "no" });
  });
});

describe("a fault has the line of the file", () => {
  test.each([
    ["in a field", text("embargo: soon\n"), /^8 embargo: must be an RFC 3339 instant/],
    [
      "in a field of a field",
      text("image:\n  url: https://a.example/x.png\n  credit: Us\n"),
      /^8 image\/alt: is required$/,
    ],
    ["in a list", text("topics:\n  - csto\n  - Not a slug\n"), /^10 topics\/1: must be lower-case/],
    ["in a list on one line", text("topics: [csto, Not]\n"), /^8 topics\/1: must be lower-case/],
    ["in an unknown field", text("embargoed: 2030-12-01T10:00:00Z\n"), /^8 embargoed: is not a known field/],
    ["in a field without a value", text("embargo:\n"), /^8 embargo: is empty/],
    [
      "in text that YAML reads as a number",
      text("note: 2020\n"),
      /^8 note: must be text: put quotation marks around it, exactly as it stands$/,
    ],
    [
      "in a field that is given twice",
      text("lang: hy\n"),
      /^8 -: is not valid YAML: this field is already given above; other faults may follow$/,
    ],
    ["in text with a colon", text("note: Corrected: the date\n"), /^8 -: is not valid YAML: /],
    ["in an alias to nothing", text("note: *nothing\n"), /^2 -: is not valid YAML/],
    [
      "in a date in the future",
      text("").replace("2020-12-01", "2026-12-01"),
      /^7 date: is in the future: add an embargo/,
    ],
    ["in a missing field", text("").replace("title: The session\n", ""), /^2 title: is required$/],
    ["in an empty body", text("", ""), /^10 body: must not be empty$/],
    ["in a missing body", text("").replace(/---\n\n.*/s, "---"), /^8 body: must not be empty$/],
    ["in front matter without an end", "---\ntitle: x\n\nText\n", /^1 -: has front matter without an end/],
    ["in a file without front matter", "# Title\n\nText\n", /^1 -: must begin with front matter/],
    ["in an empty file", "", /^1 -: must begin with front matter/],
    ["in front matter that is a list", "---\n- a\n---\nText\n", /^2 -: must have one field per line/],
    ["in front matter that is empty", "---\n---\nText\n", /^2 -: must have one field per line/],
  ])("%s", (_, content, fault) => {
    expect(issues(content)).toEqual([expect.stringMatching(fault)]);
  });

  test("where bytes are not UTF-8", () => {
    const latin1 = Buffer.concat([Buffer.from(text("")), Buffer.from("Caf\xe9\n", "latin1")]);
    expect(issues(latin1)).toEqual([expect.stringMatching(/^11 -: has bytes that are not UTF-8/)]);
  });

  test("and all faults are reported at once", () => {
    expect(issues(text("embargo: soon\ntopic: x\n", "")).map((fault) => fault.split(":")[0])).toEqual([
      "8 embargo",
      "9 topic",
      "12 body",
    ]);
  });
});

test("fields in the text, which readers would see, are refused with the way out", () => {
  const issue = (line: number, name: string) =>
    expect.stringMatching(
      new RegExp(`^${line} body: begins with \`${name}:\`, .*: move it up, above the line ---`),
    );
  for (const [body, line, name] of [
    ["embargo: 2030-12-01T10:00:00Z\n---\n\nThe text.", 10, "embargo"],
    ["author: us\nEmbargo: 2030-12-01\n---\n\nThe text.", 11, "Embargo"],
    ["---\nembargo: 2030-12-01T10:00:00Z\n---\n\nThe text.", 11, "embargo"],
    ["topics:\n  - csto\n\nembargo: 2030-12-01\n\nThe text.\n\n---\n\nMore.", 10, "topics"],
  ] as const) {
    expect(issues(text("", body))).toEqual([issue(line, name)]);
  }
  for (const body of [
    "embargo: a word of Spanish origin.",
    "The ministers met.\n\ndate: unknown\n\n---\n\nMore.",
    "Note: the session was held.\n\nIt ended.\n\n---\n\nMore.",
    "**embargo:** none\n\n---\n\nMore.",
  ]) {
    expect(issues(text("", body))).toEqual([]);
  }
});

test("aliases that expand exponentially are refused, not expanded", () => {
  const bomb = `a: &a [x, x]\n${"bcdefghijklmnopqrstuvwxyz".replace(/./g, (name, at: number) => {
    const before = String.fromCharCode(96 + at + 1);
    return `${name}: &${name} [*${before}, *${before}, *${before}, *${before}, *${before}, *${before}]\n`;
  })}`;
  expect(issues(text(bomb))).toEqual([expect.stringMatching(/^2 -: is not valid YAML/)]);
});

test("a file above the size limit of the service is refused", () => {
  expect(issues(text("", "x".repeat(BODY_BYTES_MAX)))).toEqual([
    expect.stringMatching(/^1 -: has \d+ bytes/),
  ]);
});

test("an embargo allows a date in the future", () => {
  const future = text("embargo: 2026-12-01T10:00:00+04:00\n").replace("2020-12-01", "2026-12-01");
  expect(issues(future)).toEqual([]);
});

test("tomorrow's date is accepted: only the service knows its time zone", () => {
  expect(issues(text("").replace("2020-12-01", "2026-11-24"))).toEqual([]);
});
