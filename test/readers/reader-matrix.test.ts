import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { oneLine } from "../../src/domain/text.ts";
import { deletionsIn, issuesOfAtom } from "./atom-rules.ts";
import { expectedFeed, expectedItem } from "./expected-feed.ts";
import { issuesOfJsonFeed } from "./json-feed-rules.ts";
import { EVERYTHING, LISTS } from "./matrix-lists.ts";
import { KILL_REASON, NOTE } from "./matrix-site.ts";
import { phrasesIn } from "../../src/i18n/phrases.ts";
import { KINDS } from "./matrix-releases.ts";
import { PARSERS } from "./parsers.ts";
import { ReaderMatrix } from "./reader-matrix.ts";
import { issuesOfRss } from "./rss-rules.ts";

let matrix: ReaderMatrix;

beforeAll(async () => {
  matrix = await ReaderMatrix.start();
}, 120_000);

afterAll(async () => {
  await matrix?.[Symbol.asyncDispose]();
});

/** The ids of the entries of killed releases. */
function killedIds(): ReadonlySet<string> {
  const killed = matrix.releases.filter(({ kind }) => kind === "killed");
  return new Set(killed.map(({ release }) => `urn:uuid:${release.id}`));
}

describe("the API", () => {
  it.each(KINDS.filter((kind) => kind !== "killed"))(
    "returns a release that is %s as it was published",
    (kind) => {
      for (const each of matrix.releases.filter((release) => release.kind === kind)) {
        const { title, summary, date, topics, type, lang, source, image, attachments = [] } = each.release;
        expect(matrix.view(each)).toMatchObject({
          lang,
          type,
          topics,
          title: oneLine(title),
          published: date.replace(".000Z", "Z"),
          attachments: attachments.map((attachment) => withOneLineTexts(attachment)),
          ...(summary === undefined ? {} : { summary: oneLine(summary) }),
          ...(source === undefined ? {} : { source }),
          ...(image === undefined ? {} : { image: withOneLineTexts(image) }),
        });
      }
    },
  );

  it("returns translations, the full content and the status", () => {
    for (const each of matrix.releases) {
      const { translations, content, edition, note, status } = matrix.view(each);
      expect(translations).toHaveLength(each.kind === "translated" ? 1 : 0);
      expect(content.html.length > 50_000).toBe(each.kind === "huge");
      expect(edition).toBe(each.kind.startsWith("corrected") ? 2 : 1);
      expect(note).toBe(each.kind.startsWith("corrected") ? oneLine(NOTE) : undefined);
      expect(status === "withdrawn").toBe(each.kind.endsWith("withdrawn"));
    }
  });
});

describe.each(LISTS)("$name", (list) => {
  it("has archives unless it is empty", () => {
    const isEmpty = matrix.expectedReleases(list).length === 0;
    expect(matrix.documents(list, "json").length > 1).toBe(!isEmpty);
  });

  describe.each(PARSERS)("as %s, read by %s", (format, name, parse) => {
    it("has the metadata of the list", async () => {
      const documents = matrix.documents(list, format);
      const feeds = await matrix.parsed(list, format, name, parse);
      expect(feeds.map(({ items: _items, ...feed }) => feed)).toEqual(
        feeds.map((feed, index) => {
          const document = documents[index];
          if (document === undefined) throw new Error("the feed has no document");
          return supportedFields(feed, expectedFeed(list, document, matrix.origin));
        }),
      );
    });

    it("contains each release once, newest first", async () => {
      const feeds = await matrix.parsed(list, format, name, parse);
      const ids = feeds.flatMap(({ items }) => items.map(({ id }) => id));
      expect(ids.filter((id) => !killedIds().has(id ?? ""))).toEqual(
        matrix.expectedReleases(list).map(({ release }) => `urn:uuid:${release.id}`),
      );
    });

    it("says in the newest document that a killed release was removed, but in Atom, which has deletions", async () => {
      const feeds = await matrix.parsed(list, format, name, parse);
      const [newest, ...archives] = feeds.map(({ items }) =>
        items.filter(({ id }) => killedIds().has(id ?? "")),
      );
      expect(archives.flat()).toEqual([]);
      if (format === "atom") expect(newest).toEqual([]);
      else if (list === EVERYTHING) expect(newest?.length).toBeGreaterThan(0);
      for (const { id, title, link } of newest ?? []) {
        const killed = matrix.releases.find(({ release }) => id === `urn:uuid:${release.id}`);
        const phrases = phrasesIn(killed?.lang ?? "");
        // The whole reason is too long for a title.
        expect(title).toContain(`${phrases.history.removed}${phrases.colon}It named a witness.`);
        expect(link).toBe(`${matrix.origin}/r/${killed?.release.id ?? ""}`);
      }
    });

    it.each(KINDS.filter((kind) => kind !== "killed"))(
      "contains all fields of a release that is %s",
      async (kind) => {
        const ofKind = matrix.releases.filter((each) => each.kind === kind);
        const ids = new Set(ofKind.map(({ release }) => `urn:uuid:${release.id}`));
        const feeds = await matrix.parsed(list, format, name, parse);
        const items = feeds.flatMap((feed) => feed.items).filter(({ id }) => ids.has(id ?? ""));
        const expected = matrix.expectedReleases(list).filter((each) => each.kind === kind);
        expect(items).toHaveLength(expected.length);
        expect(items).toEqual(
          expected.map((each, index) =>
            supportedFields(items[index], expectedItem(matrix.view(each), format)),
          ),
        );
      },
    );
  });

  it("has the same archives in all formats", () => {
    const ids = /urn:uuid:[\da-f-]+(?=<\/guid>|<\/id>|",)/g;
    const [json, ...others] = (["json", "rss", "atom"] as const).map((format) =>
      matrix
        .documents(list, format)
        .map(({ archive, text }) => [archive, (text.match(ids) ?? []).filter((id) => !killedIds().has(id))]),
    );
    for (const other of others) expect(other).toEqual(json);
  });

  it("lists killed releases with time and reason in Atom", () => {
    const killed = matrix.releases
      .filter((each) => each.kind === "killed" && list.holds(each))
      .map((each) => matrix.view(each))
      .map(({ id, updated }) => ({ ref: `urn:uuid:${id}`, when: updated, reason: oneLine(KILL_REASON) }));
    const [newest, ...archives] = matrix.documents(list, "atom").map(({ text }) => deletionsIn(text));
    expect(byRef(newest ?? [])).toEqual(byRef(killed));
    // The archive that held the release lists it too.
    const archived = archives.flat();
    expect(killed).toEqual(expect.arrayContaining(archived));
    expect(new Set(archived.map(({ ref }) => ref)).size).toBe(archived.length);
    if (list === EVERYTHING) expect(archived.length).toBeGreaterThan(0);
  });
});

it("a parser reads every field of every format", async () => {
  // JSON Feed has no such fields.
  const unsupported = { rss: [], atom: [], json: ["current", "generator", "isArchive", "nextArchive"] };
  for (const format of ["rss", "atom", "json"] as const) {
    const feeds = await Promise.all(
      PARSERS.filter(([of]) => of === format).map(([, name, parse]) =>
        matrix.parsed(EVERYTHING, format, name, parse),
      ),
    );
    const read = feeds.flat().flatMap((feed) => [feed, ...feed.items].flatMap((each) => Object.keys(each)));
    const [document] = matrix.documents(EVERYTHING, format);
    const [first] = matrix.expectedReleases(EVERYTHING);
    const wanted = {
      ...expectedFeed(EVERYTHING, document!, matrix.origin),
      ...expectedItem(matrix.view(first!), format),
    };
    expect(
      Object.keys(wanted)
        .filter((name) => !read.includes(name))
        .sort(),
    ).toEqual(unsupported[format]);
  }
});

describe("a killed release", () => {
  it("is gone (410) from its page and its permanent URL", async () => {
    for (const { release, lang } of matrix.releases.filter(({ kind }) => kind === "killed")) {
      for (const path of [`/${lang}/releases/${release.slug}`, `/r/${release.id}`]) {
        const response = await fetch(`${matrix.origin}${path}`);
        expect(response.status).toBe(410);
        expect(await response.text()).not.toContain(release.title);
      }
    }
  });

  it("appears in no document with its title or slug", () => {
    const killed = matrix.releases.filter(({ kind }) => kind === "killed");
    for (const format of ["rss", "atom", "json"] as const) {
      for (const { text } of matrix.documentsIn(format)) {
        for (const { release } of killed) {
          expect(text).not.toContain(release.title);
          expect(text).not.toContain(release.slug);
        }
      }
    }
  });
});

describe("every document", () => {
  it("follows RSS 2.0 and the rules of the W3C validator", () => {
    expect(matrix.documentsIn("rss").flatMap(({ text, url }) => issuesOfRss(text, url))).toEqual([]);
  });

  it("is valid Atom by the schema of RFC 4287", () => {
    expect(matrix.documentsIn("atom").flatMap(({ text, url }) => issuesOfAtom(text, url))).toEqual([]);
  });

  it("is valid JSON Feed 1.1 with extensions only", () => {
    expect(matrix.documentsIn("json").flatMap(({ text, url }) => issuesOfJsonFeed(text, url))).toEqual([]);
  });
});

/** The expected fields that this parser supports. */
function supportedFields(parsed: object | undefined, expected: object): object {
  return Object.fromEntries(Object.entries(expected).filter(([name]) => name in (parsed ?? {})));
}

/** Puts every text on one line, like the API. */
function withOneLineTexts<T extends object>(given: T): T {
  return Object.fromEntries(
    Object.entries(given).map(([name, value]) => [
      name,
      typeof value === "string" && name !== "url" ? oneLine(value) : (value as unknown),
    ]),
  ) as T;
}

function byRef<T extends { ref: string }>(deletions: readonly T[]): T[] {
  return deletions.toSorted((a, b) => (a.ref < b.ref ? -1 : 1));
}
