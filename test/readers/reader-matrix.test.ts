import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { oneLine } from "../../src/domain/text.ts";
import { deletionsIn, faultsOfAtom } from "./atom-rules.ts";
import { expectedFeed, expectedItem } from "./expected-feed.ts";
import { faultsOfJsonFeed } from "./json-feed-rules.ts";
import { EVERYTHING, LISTS } from "./matrix-lists.ts";
import { KILLED_BECAUSE, NOTE } from "./matrix-office.ts";
import { KINDS } from "./matrix-releases.ts";
import { PARSERS } from "./parsers.ts";
import { ReaderMatrix } from "./reader-matrix.ts";
import { faultsOfRss } from "./rss-rules.ts";

let matrix: ReaderMatrix;

beforeAll(async () => {
  matrix = await ReaderMatrix.start();
}, 120_000);

afterAll(async () => {
  await matrix?.[Symbol.asyncDispose]();
});

describe("the API", () => {
  it.each(KINDS.filter((kind) => kind !== "killed"))(
    "tells a release that is %s as it was published",
    (kind) => {
      for (const each of matrix.releases.filter((release) => release.kind === kind)) {
        const { title, summary, date, topics, type, lang, source, image, attachments = [] } = each.release;
        expect(matrix.view(each)).toMatchObject({
          lang,
          type,
          topics,
          title: oneLine(title),
          published: date.replace(".000Z", "Z"),
          attachments: attachments.map((attachment) => withTexts(attachment)),
          ...(summary === undefined ? {} : { summary: oneLine(summary) }),
          ...(source === undefined ? {} : { source }),
          ...(image === undefined ? {} : { image: withTexts(image) }),
        });
      }
    },
  );

  it("tells of translations, of a text in full, and of what has happened to it", () => {
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
  it("has archives, unless there is nothing in it", () => {
    const isEmpty = matrix.held(list).length === 0;
    expect(matrix.documents(list, "json").length > 1).toBe(!isEmpty);
  });

  describe.each(PARSERS)("as %s, read by %s", (format, name, parse) => {
    it("is the feed of the list", async () => {
      const documents = matrix.documents(list, format);
      const feeds = await matrix.parsed(list, format, name, parse);
      expect(feeds.map(({ items: _items, ...feed }) => feed)).toEqual(
        feeds.map((feed, index) => {
          const document = documents[index];
          if (document === undefined) throw new Error("a feed without a document");
          return told(feed, expectedFeed(list, document, matrix.origin));
        }),
      );
    });

    it("holds each release once, newest first", async () => {
      const feeds = await matrix.parsed(list, format, name, parse);
      expect(feeds.flatMap(({ items }) => items.map(({ id }) => id))).toEqual(
        matrix.held(list).map(({ release }) => `urn:uuid:${release.id}`),
      );
    });

    it.each(KINDS)("tells all of what is %s", async (kind) => {
      const ofKind = matrix.releases.filter((each) => each.kind === kind);
      const ids = new Set(ofKind.map(({ release }) => `urn:uuid:${release.id}`));
      const feeds = await matrix.parsed(list, format, name, parse);
      const items = feeds.flatMap((feed) => feed.items).filter(({ id }) => ids.has(id ?? ""));
      const held = matrix.held(list).filter((each) => each.kind === kind);
      expect(items).toHaveLength(held.length);
      expect(items).toEqual(
        held.map((each, index) => told(items[index], expectedItem(matrix.view(each), format))),
      );
    });
  });

  it("is divided alike in all formats", () => {
    const ids = /urn:uuid:[\da-f-]+(?=<\/guid>|<\/id>|",)/g;
    const [json, ...others] = (["json", "rss", "atom"] as const).map((format) =>
      matrix.documents(list, format).map(({ archive, text }) => [archive, text.match(ids) ?? []]),
    );
    for (const other of others) expect(other).toEqual(json);
  });

  it("says in Atom what was killed, when, and why", () => {
    const killed = matrix.releases
      .filter((each) => each.kind === "killed" && list.holds(each))
      .map((each) => matrix.view(each))
      .map(({ id, updated }) => ({ ref: `urn:uuid:${id}`, when: updated, reason: oneLine(KILLED_BECAUSE) }));
    const [newest, ...archives] = matrix.documents(list, "atom").map(({ text }) => deletionsIn(text));
    expect(byRef(newest ?? [])).toEqual(byRef(killed));
    // And once more in the archive that held it.
    const archived = archives.flat();
    expect(killed).toEqual(expect.arrayContaining(archived));
    expect(new Set(archived.map(({ ref }) => ref)).size).toBe(archived.length);
    if (list === EVERYTHING) expect(archived.length).toBeGreaterThan(0);
  });
});

it("has a parser for every field of every format", async () => {
  // JSON Feed has no names for these.
  const nowhere = { rss: [], atom: [], json: ["current", "generator", "isArchive", "nextArchive"] };
  for (const format of ["rss", "atom", "json"] as const) {
    const feeds = await Promise.all(
      PARSERS.filter(([of]) => of === format).map(([, name, parse]) =>
        matrix.parsed(EVERYTHING, format, name, parse),
      ),
    );
    const told = feeds.flat().flatMap((feed) => [feed, ...feed.items].flatMap((each) => Object.keys(each)));
    const [document] = matrix.documents(EVERYTHING, format);
    const [first] = matrix.held(EVERYTHING);
    const wanted = {
      ...expectedFeed(EVERYTHING, document!, matrix.origin),
      ...expectedItem(matrix.view(first!), format),
    };
    expect(
      Object.keys(wanted)
        .filter((name) => !told.includes(name))
        .sort(),
    ).toEqual(nowhere[format]);
  }
});

describe("what is killed", () => {
  it("is gone from its page, and from wherever its id leads", async () => {
    for (const { release, lang } of matrix.releases.filter(({ kind }) => kind === "killed")) {
      for (const path of [`/${lang}/releases/${release.slug}`, `/r/${release.id}`]) {
        const response = await fetch(`${matrix.origin}${path}`);
        expect(response.status).toBe(410);
        expect(await response.text()).not.toContain(release.title);
      }
    }
  });

  it("is in no document with its title or its address", () => {
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
  it("keeps the rules of RSS 2.0 and of the W3C's validator", () => {
    expect(matrix.documentsIn("rss").flatMap(({ text, url }) => faultsOfRss(text, url))).toEqual([]);
  });

  it("is Atom by the schema of RFC 4287", () => {
    expect(matrix.documentsIn("atom").flatMap(({ text, url }) => faultsOfAtom(text, url))).toEqual([]);
  });

  it("is JSON Feed 1.1, and nothing else but extensions", () => {
    expect(matrix.documentsIn("json").flatMap(({ text, url }) => faultsOfJsonFeed(text, url))).toEqual([]);
  });
});

/** Of what is expected, what this parser has a place for. */
function told(parsed: object | undefined, expected: object): object {
  return Object.fromEntries(Object.entries(expected).filter(([name]) => name in (parsed ?? {})));
}

/** As the API tells what has texts in it. */
function withTexts<T extends object>(given: T): T {
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
