import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { newRelease, ApiClient } from "../chaos/api-client.ts";
import { pollUntil } from "../chaos/poll-until.ts";
import { BuiltService } from "../built/built-service.ts";
import { asMarkdown, HOSTILE_TEXTS } from "./hostile-texts.ts";
import { PARSERS } from "./parsers.ts";

const ADMIN_TOKEN = "readers-admin-token-0123456789-0123456789-abcdefg";

/** The visible text of an HTML paragraph. */
function visibleText(html: string): string {
  const references: Record<string, string> = {
    "&#x26;": "&",
    "&#x3C;": "<",
    "&lt;": "<",
    "&gt;": ">",
    "&amp;": "&",
    "&#x22;": '"',
    "&#x27;": "'",
  };
  return html
    .replace(/^<p>|<\/p>$/g, "")
    .replace(/&(?:#x26|#x3C|#x22|#x27|lt|gt|amp);/g, (reference) => references[reference] ?? reference);
}

describe("hostile texts", () => {
  let service: BuiltService;
  const releases = HOSTILE_TEXTS.map(([name, published, read], index) => ({
    name,
    read,
    release: newRelease(published, {
      body: asMarkdown(published),
      // Each has its own instant; the first is the newest.
      date: new Date(Date.UTC(2020, 0, 60 - index)).toISOString(),
    }),
  }));
  const documents = new Map<string, string>();

  beforeAll(async () => {
    service = await BuiltService.start({
      ADMIN_TOKEN,
      SECRETS_KEY: "cmVhZGVycy1zZWNyZXRzLWtleS1vZi1lbm91Z2gtYnl0ZXM=",
    });
    const api = new ApiClient(service.url, ADMIN_TOKEN);
    for (const { release } of releases) await api.publish(release);
    await api.publish(
      newRelease("Markup", {
        date: "2019-01-01",
        body: 'Before <script>alert(1)</script><img src="/x.png" onerror="alert(1)"> [a](javascript:alert(1)) <b>bold</b> after',
      }),
    );
    for (const format of ["rss", "atom", "json"]) {
      documents.set(
        format,
        await pollUntil(`the ${format} feed holds all releases`, 10_000, async () => {
          const text = await (await fetch(new URL(`/feed.${format}`, service.url))).text();
          return [...text.matchAll(/urn:uuid:/g)].length === releases.length + 1 ? text : undefined;
        }),
      );
    }
  });

  afterAll(async () => {
    await service?.[Symbol.asyncDispose]();
  });

  describe.each(PARSERS)("in %s, read by %s", (format, _name, parse) => {
    it("keep their text, id, link, instant and order", async () => {
      const { items } = await parse(documents.get(format) ?? "");
      expect(
        items.slice(0, -1).map(({ id, title, html, link, published }) => ({
          id,
          title,
          visible: visibleText(html ?? "")
            .replace(/\s+/g, " ")
            .trim(),
          link,
          published,
        })),
      ).toEqual(
        releases.map(({ read, release }) => ({
          id: `urn:uuid:${release.id}`,
          title: read,
          visible: read,
          link: `${service.url.origin}/en/releases/${release.slug}`,
          published: release.date.replace(".000Z", "Z"),
        })),
      );
    });

    it("contain no active markup", async () => {
      const html = (await parse(documents.get(format) ?? "")).items.at(-1)?.html ?? "";
      expect(html).toContain("<b>bold</b> after");
      expect(html).not.toMatch(/script|onerror|javascript/);
      expect(html).toContain(`<img src="${service.url.origin}/x.png">`);
    });
  });
});
