/**
 * The newest texts in the language of an address where nothing is, out of the feed that memory mostly holds.
 */
import { addressOf, languageList } from "../../domain/list.ts";
import type { Site } from "../../domain/site.ts";
import { type StoredDocument, textOf } from "../../documents/kv-store.ts";
import type { NamedText } from "../../site/lead-on.ts";
import type { Context } from "../context.ts";
import { NEWEST_NAMED } from "../limits.ts";
import { lookUp } from "./cache.ts";

/** A killed release stays in the feed as what is left of it. */
type FeedItem = NamedText & { _communique: { removed?: true } };

const known = new WeakMap<StoredDocument, NamedText[]>();

/** Empty if the client has reached its rate limit and KV does not hold the feed. */
export async function newestTexts(c: Context, site: Site): Promise<NamedText[]> {
  const named = c.req.path.split("/")[1] ?? "";
  const lang = site.languages.find((each) => each === named);
  const lookup = await lookUp(c, addressOf({ list: languageList(lang), format: "json" }));
  if (lookup.kind !== "found") return [];
  const { document } = lookup.servable;
  let newest = known.get(document);
  if (newest === undefined) {
    const { items } = JSON.parse(textOf(document)) as { items: FeedItem[] }; // written by our renderer
    newest = items
      .filter(({ _communique }) => _communique.removed !== true)
      .slice(0, NEWEST_NAMED)
      .map(({ title, url }) => ({ title, url }));
    known.set(document, newest);
  }
  return newest;
}
