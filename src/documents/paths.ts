/**
 * The paths of documents, and which document each path names.
 */
import { type FileReference, FILES_PREFIX, formatFileReference, parseFileReference } from "../domain/file.ts";
import { HISTORY_SUFFIX } from "../domain/history.ts";
import { SLUG_CHARS_MAX } from "../domain/limits.ts";
import { type ListPlace, parseListAddress } from "../domain/list.ts";
import { REGISTRY_FACETS, type RegistryFacet } from "../domain/registry.ts";
import { canonicalLanguage } from "../domain/release.ts";

export type DocumentPlace =
  | { kind: "list"; place: ListPlace }
  | { kind: "release" | "history"; lang: string; slug: string }
  | { kind: "release-json"; id: string }
  | ({ kind: "file" } & FileReference)
  | { kind: "directory" }
  | { kind: "sitemaps" }
  | { kind: "sitemap"; file: number }
  | { kind: "news-sitemap" }
  | { kind: "list-sitemap" }
  | { kind: "facet"; lang: string; facet: RegistryFacet }
  | { kind: "registry" }
  | { kind: "site" };

const RELEASE = new RegExp(
  `^/(?<lang>[A-Za-z0-9-]{2,35})/releases/(?<slug>[a-z0-9-]{1,${SLUG_CHARS_MAX}})(?<history>${HISTORY_SUFFIX})?$`,
);
const FACET = new RegExp(`^/(?<lang>[A-Za-z0-9-]{2,35})/(?<facet>${REGISTRY_FACETS.join("|")})$`);
const RELEASE_JSON = /^\/api\/v1\/releases\/(?<id>[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/;
/** A release, or the index of a facet. */
const PAGE = new RegExp(`^/([a-z0-9-]{2,35})(/releases/.*|/(?:${REGISTRY_FACETS.join("|")}))$`);
export const REGISTRY_PATH = "/api/v1/registry";
/** The identity of the site. */
export const SITE_PATH = "/api/v1/site";
/** The directory of all feeds, as a page and as OPML. */
export const DIRECTORY_PATH = "/feeds";
export const OPML_PATH = "/feeds.opml";

/** The path of the file that proves to search engines that a key is the site's (indexnow.org). */
export function indexNowKeyPath(key: string): string {
  return `/${key}.txt`;
}

/** The index of all sitemaps. */
export const SITEMAP_PATH = "/sitemap.xml";
export const NEWS_SITEMAP_PATH = "/news-sitemap.xml";
export const LIST_SITEMAP_PATH = "/sitemaps/lists.xml";
const SITEMAP_FILE = /^\/sitemaps\/(?<file>0|[1-9]\d{0,8})\.xml$/;

/** The path of a sitemap of releases, by its number from 0. */
export function sitemapPath(file: number): string {
  return `/sitemaps/${file}.xml`;
}

/**
 * Parses the path of a document; undefined where no document can exist, so that it is not looked up.
 *
 * @param path for a list: its canonical path with the query
 */
export function parseDocumentPath(path: string, languages: readonly string[]): DocumentPlace | undefined {
  if (path === REGISTRY_PATH) return { kind: "registry" };
  if (path === SITE_PATH) return { kind: "site" };
  if (path === DIRECTORY_PATH || path === OPML_PATH) return { kind: "directory" };
  if (path === LIST_SITEMAP_PATH) return { kind: "list-sitemap" };
  if (path === SITEMAP_PATH) return { kind: "sitemaps" };
  if (path === NEWS_SITEMAP_PATH) return { kind: "news-sitemap" };
  const sitemap = SITEMAP_FILE.exec(path)?.groups?.["file"];
  if (sitemap !== undefined) return { kind: "sitemap", file: Number(sitemap) };
  const index = FACET.exec(path)?.groups;
  const facet = REGISTRY_FACETS.find((each) => each === index?.["facet"]);
  if (index?.["lang"] !== undefined && facet !== undefined) {
    return languages.includes(index["lang"]) ? { kind: "facet", lang: index["lang"], facet } : undefined;
  }
  if (path.startsWith(FILES_PREFIX)) {
    const file = parseFileReference(path.slice(FILES_PREFIX.length));
    return file && { kind: "file", ...file };
  }
  const json = RELEASE_JSON.exec(path)?.groups;
  if (json?.["id"]) return { kind: "release-json", id: json["id"] };
  const release = RELEASE.exec(path)?.groups;
  if (release?.["lang"] && release["slug"] && canonicalLanguage(release["lang"]) === release["lang"]) {
    const kind = release["history"] === undefined ? "release" : "history";
    return { kind, lang: release["lang"], slug: release["slug"] };
  }
  const [pathname = "", query = ""] = path.split("?");
  const list = parseListAddress(pathname, new URLSearchParams(query), languages);
  return list?.kind === "list" ? { kind: "list", place: list.place } : undefined;
}

/** A page's path in the case that it has: `/EN/releases/A-B` is `/en/releases/a-b`. Other paths are kept. */
export function canonicalPagePath(path: string): string {
  const lower = path.toLowerCase();
  if (lower === DIRECTORY_PATH || lower === OPML_PATH) return lower;
  const [, lang = "", rest = ""] = PAGE.exec(lower) ?? [];
  const canonical = canonicalLanguage(lang);
  return canonical === undefined ? path : `/${canonical}${rest}`;
}

/** Whether the admin gets another answer at a document's path than everybody else. */
export function isForAdminToo(path: string): boolean {
  return path === REGISTRY_PATH || RELEASE_JSON.test(path);
}

/** The path of the document about a file: that of its URL, without percent-escapes. */
export function fileDocumentPath(file: FileReference): string {
  return FILES_PREFIX + formatFileReference(file);
}

/** The path of a release's JSON, which serves `/r/ID` and the API. */
export function releaseJsonPath(id: string): string {
  return `/api/v1/releases/${id}`;
}
