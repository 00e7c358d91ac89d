/**
 * The paths at which documents stand (CONTRACT 5), and what each is a document of.
 */
import { type ListPlace, parseListAddress } from "../domain/list.ts";
import { canonicalLanguage } from "../domain/release.ts";

export type DocumentPlace =
  | { kind: "list"; place: ListPlace }
  | { kind: "release"; lang: string; slug: string }
  | { kind: "release-json"; id: string }
  | { kind: "directory" }
  | { kind: "registry" };

const RELEASE = /^\/(?<lang>[A-Za-z0-9-]{2,35})\/releases\/(?<slug>[a-z0-9-]+)$/;
const RELEASE_JSON = /^\/api\/v1\/releases\/(?<id>[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/;
export const REGISTRY_PATH = "/api/v1/registry";
/** The directory of all feeds: for people, and for readers. */
export const DIRECTORY_PATH = "/feeds";
export const OPML_PATH = "/feeds.opml";

/**
 * Undefined where no document can be: such a path need not be looked up at all.
 *
 * @param path of a list: its canonical address, with the query
 */
export function parseDocumentPath(path: string, languages: readonly string[]): DocumentPlace | undefined {
  if (path === REGISTRY_PATH) return { kind: "registry" };
  if (path === DIRECTORY_PATH || path === OPML_PATH) return { kind: "directory" };
  const json = RELEASE_JSON.exec(path)?.groups;
  if (json?.["id"]) return { kind: "release-json", id: json["id"] };
  const release = RELEASE.exec(path)?.groups;
  if (release?.["lang"] && release["slug"] && canonicalLanguage(release["lang"]) === release["lang"]) {
    return { kind: "release", lang: release["lang"], slug: release["slug"] };
  }
  const [pathname = "", query = ""] = path.split("?");
  const list = parseListAddress(pathname, new URLSearchParams(query), languages);
  return list?.kind === "list" ? { kind: "list", place: list.place } : undefined;
}

/** Where the release's JSON stands, from which `/r/ID` and the API answer. */
export function releaseJsonPath(id: string): string {
  return `/api/v1/releases/${id}`;
}
