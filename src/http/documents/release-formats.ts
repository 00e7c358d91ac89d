/**
 * A release as ninjs or as Markdown, beside its page. Both are made from what the page is made from, so they need no
 * document of their own.
 */
import { withoutComments } from "../../markdown/comments.ts";
import { etagOf, type StoredDocument, textOf } from "../../documents/kv-store.ts";
import { releaseJsonPath } from "../../documents/paths.ts";
import { defined } from "../../domain/defined.ts";
import type { ReleaseView } from "../../domain/release.ts";
import { newsroom } from "../../runtime/stubs.ts";
import { ninjs } from "../../site/ninjs.ts";
import { releaseMarkdown } from "../../site/release-markdown.ts";
import type { Context } from "../context.ts";
import { countCall } from "../rate-limit.ts";
import { costOf } from "../request-log.ts";
import { type Lookup, lookUp } from "./cache.ts";
import { toServable } from "./response.ts";
import { siteOf } from "./site.ts";

const FORMATS = {
  json: "application/json; charset=utf-8",
  md: "text/markdown; charset=utf-8",
} as const;
export type ReleaseFormat = keyof typeof FORMATS;

const ADDRESS = /^(?<page>\/[A-Za-z0-9-]+\/releases\/[a-z0-9-]+)\.(?<format>json|md)$/;

/** The page and the format that an address names; undefined for other addresses. */
export function parseFormatAddress(path: string): { page: string; format: ReleaseFormat } | undefined {
  const { page, format } = ADDRESS.exec(path)?.groups ?? {};
  return page === undefined ? undefined : { page, format: format as ReleaseFormat };
}

/** The release of a page in another format; what is there instead of the page, such as a redirect, is there too. */
export async function lookUpFormat(c: Context, page: string, format: ReleaseFormat): Promise<Lookup> {
  const { site } = c.var.config;
  const path = `${page}.${format}`;
  const found = await lookUp(c, page);
  if (found.kind !== "found") return found;
  const { document } = found.servable;
  if (document.location !== undefined) {
    const moved = { ...document, location: `${document.location}.${format}` };
    return { kind: "found", servable: toServable(moved, path, site) };
  }
  if (document.release === undefined) return { kind: "missing", unknown: [] };
  const json = await lookUp(c, releaseJsonPath(document.release));
  if (json.kind !== "found") return json;
  const source = json.servable.document;
  const body = await bodyOf(c, source, format);
  if (body === undefined) return { kind: "limited", by: "calls" };
  const { modified, status } = source;
  const made = {
    type: FORMATS[format],
    etag: await etagOf(body),
    body: new TextEncoder().encode(body),
    // What the site says of itself is in ninjs too, and changes without the release.
    ...defined({ modified: format === "json" ? undefined : modified, status }),
  };
  const servable = toServable(made, path, site);
  servable.headers.set("link", `<${site.baseUrl}${page}>; rel="canonical"`);
  return { kind: "found", servable };
}

/** Markdown of releases, as long as memory holds their JSON. */
const texts = new WeakMap<StoredDocument, string>();

/** @returns undefined if the client has reached its rate limit */
async function bodyOf(c: Context, json: StoredDocument, format: ReleaseFormat): Promise<string | undefined> {
  const release = JSON.parse(textOf(json)) as ReleaseView; // written by our renderer
  if (format === "json") return JSON.stringify(ninjs(release, await siteOf(c)));
  const known = texts.get(json);
  if (known !== undefined) return known;
  const text = release.status === "killed" ? "" : await readText(c, release);
  if (text === undefined) return undefined;
  const body = releaseMarkdown(release, text);
  texts.set(json, body);
  return body;
}

/** The Markdown of an edition, which only the ledger holds. */
async function readText(c: Context, { id, edition }: ReleaseView): Promise<string | undefined> {
  if (!(await countCall(c))) return undefined;
  costOf(c.req.raw).objectCalls += 1;
  using found = await newsroom(c.env).edition(id, edition, false);
  // Killed since the document was written.
  return found.kind === "found" ? withoutComments(found.value.body) : "";
}
