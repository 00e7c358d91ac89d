/**
 * The paths at which documents stand (CONTRACT 5), and what each is a document of.
 */
import { canonicalLanguage } from "./domain/release.ts";

export type DocumentPlace =
  | { kind: "list"; lang: string | undefined }
  | { kind: "release"; lang: string; slug: string }
  | { kind: "release-json"; id: string }
  | { kind: "registry" };

const LIST = /^(?:\/(?<lang>[A-Za-z0-9-]{2,35}))?(?:\/feed\.(?:rss|atom|json))?$/;
const RELEASE = /^\/(?<lang>[A-Za-z0-9-]{2,35})\/releases\/(?<slug>[a-z0-9-]+)$/;
const RELEASE_JSON = /^\/api\/v1\/releases\/(?<id>[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/;
export const REGISTRY_PATH = "/api/v1/registry";

/** Undefined where no document can be: such a path need not be looked up at all. */
export function parseDocumentPath(path: string): DocumentPlace | undefined {
  if (path === REGISTRY_PATH) return { kind: "registry" };
  const json = RELEASE_JSON.exec(path)?.groups;
  if (json?.["id"]) return { kind: "release-json", id: json["id"] };
  const release = RELEASE.exec(path)?.groups;
  if (release?.["lang"] && release["slug"] && isCanonical(release["lang"])) {
    return { kind: "release", lang: release["lang"], slug: release["slug"] };
  }
  const list = path === "/" ? { lang: undefined } : LIST.exec(path)?.groups;
  if (list === undefined || path === "") return undefined;
  const { lang } = list;
  return lang === undefined || isCanonical(lang) ? { kind: "list", lang } : undefined;
}

/** Where the release's JSON stands, from which `/r/ID` and the API answer. */
export function releaseJsonPath(id: string): string {
  return `/api/v1/releases/${id}`;
}

function isCanonical(lang: string): boolean {
  return canonicalLanguage(lang) === lang;
}
