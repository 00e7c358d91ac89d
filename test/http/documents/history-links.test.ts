import { describe, expect, it } from "vitest";
import { act, kvBody, newsroomLater, publish, release, settled } from "../../support/service.ts";

/** What the page, the list and the feeds of a language show of its only release. */
async function shown({ lang, slug }: Record<string, unknown>) {
  await newsroomLater(2);
  const page = await kvBody(`/${String(lang)}/releases/${String(slug)}`);
  const list = await kvBody(`/${String(lang)}`);
  const [rss, atom, json] = await Promise.all(
    ["rss", "atom", "json"].map((format) => kvBody(`/${String(lang)}/feed.${format}`)),
  );
  const { items } = JSON.parse(json ?? "") as { items: { _communique: { history?: string } }[] };
  return {
    page: page?.match(/<a href="([^"]*\/history)">/)?.[1],
    mark: list?.match(/<a href="[^"]*\/history">([^<]*)</)?.[1],
    rss: linksIn(rss ?? "", "item"),
    atom: linksIn(atom ?? "", "entry"),
    json: items.map(({ _communique }) => _communique.history),
  };
}

/** The addresses of histories that the entries of a feed link. */
function linksIn(feed: string, entry: string): (string | undefined)[] {
  const entries = feed.split(new RegExp(`<${entry}[ >]`)).slice(1);
  return entries.map((each) => {
    const link = /<(?:atom:)?link ([^>]*\/history"[^>]*)\/>/.exec(each)?.[1];
    if (link !== undefined) expect(link).toContain('rel="related"');
    return link?.match(/href="([^"]*)"/)?.[1];
  });
}

describe("the history of a release", () => {
  it("is linked by its page, list and feeds once more has happened than the publication", async () => {
    const text = release({ lang: "fr" });
    const url = `https://press.example/fr/releases/${String(text["slug"])}/history`;
    const linked = { page: url, rss: [url], atom: [url], json: [url] };
    await publish(text);
    const none = [undefined];
    expect(await shown(text)).toEqual({
      page: undefined,
      mark: undefined,
      rss: none,
      atom: none,
      json: none,
    });
    await publish({ ...text, body: "On December 1, a session took place.", change: "minor" });
    // A small change is no correction.
    expect(await shown(text)).toEqual({ ...linked, mark: undefined });
    await publish({
      ...text,
      body: "On December 2, a session took place.",
      change: "major",
      note: "The day",
    });
    expect(await shown(text)).toEqual({ ...linked, mark: "Corrigé" });
    await act("withdraw", text.id);
    expect(await shown(text)).toEqual({ ...linked, mark: undefined });
  });

  it("is linked after a withdrawal that was taken back", async () => {
    const text = release({ lang: "ru" });
    await publish(text);
    await act("withdraw", text.id);
    await act("reinstate", text.id);
    expect(await shown(text)).toMatchObject({ page: expect.stringContaining("/history"), mark: undefined });
  });

  it("is not linked by a text that was only edited under its embargo", async () => {
    const text = release({ lang: "hy", embargo: "2999-01-01T00:00:00Z" });
    await publish(text);
    await publish({ ...text, title: "Another title" });
    const { embargo: _embargo, ...open } = text;
    await publish({ ...open, id: text.id });
    await settled();
    expect((await shown(text)).page).toBeUndefined();
  });
});
