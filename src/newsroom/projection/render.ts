/**
 * Renders the documents of a target. They are a pure function of the ledger and the settings, so that KV
 * can be lost and rebuilt byte for byte.
 */
import {
  DIRECTORY_PATH,
  type DocumentPlace,
  fileDocumentPath,
  LIST_SITEMAP_PATH,
  NEWS_SITEMAP_PATH,
  OPML_PATH,
  REGISTRY_PATH,
  releaseJsonPath,
  SITE_PATH,
  SITEMAP_PATH,
  sitemapPath,
} from "../../documents/paths.ts";
import { facetPath, FIELD_OF_FACET, listAddress } from "../../domain/list.ts";
import type { FileReference } from "../../domain/file.ts";
import type { ReleaseView } from "../../domain/release.ts";
import type { Site, SiteSettings } from "../../domain/site.ts";
import type { Sql } from "../../runtime/sql.ts";
import { directoryPage, writeOpml } from "../../site/directory-page.ts";
import { facetPage } from "../../site/facet-page.ts";
import { killedPage } from "../../site/killed-page.ts";
import { releasePage } from "../../site/release-page.ts";
import { countValues, directoryTerms } from "../lists/release-index.ts";
import { fileState, findFile, isUsed, servedType } from "../store/files.ts";
import { readBehind } from "../store/release-views.ts";
import { currentPath, publicReleaseAt, retiredPaths, wasPublic } from "../store/addresses.ts";
import type { Target } from "../store/stale-documents.ts";
import { HTML, type RenderSource, type RenderedDocument } from "./rendered.ts";
import { renderHistory } from "./render-history.ts";
import { renderList } from "./render-list.ts";
import {
  renderListSitemap,
  renderNewsSitemap,
  renderSitemap,
  renderSitemapIndex,
} from "./render-sitemaps.ts";

/** Raise it when rendering gives other bytes than before: all documents become stale. */
export const RENDERER_VERSION = 17;

const JSON_TYPE = "application/json; charset=utf-8";

/**
 * The wanted documents of a target; none if it is not public.
 *
 * @param isWanted by path: most lists are only rendered in the formats that were requested
 */
export function renderTarget(
  target: Target,
  source: RenderSource,
  isWanted: (path: string) => boolean,
): RenderedDocument[] {
  switch (target.kind) {
    case "list":
    case "archive":
      return renderList(target, source, isWanted);
    case "directory":
      return renderDirectory(source);
    case "facet":
      return renderFacet(target, source, isWanted);
    case "registry": {
      const body = JSON.stringify(source.registry.getPublic());
      return [{ path: REGISTRY_PATH, type: JSON_TYPE, body }];
    }
    case "file":
      return renderFile(target, source);
    case "sitemaps":
      return isWanted(SITEMAP_PATH) ? renderSitemapIndex(source) : [];
    case "sitemap":
      return isWanted(sitemapPath(target.file)) ? renderSitemap(target.file, source) : [];
    case "list-sitemap":
      return isWanted(LIST_SITEMAP_PATH) ? renderListSitemap(source) : [];
    case "news-sitemap":
      return isWanted(NEWS_SITEMAP_PATH) ? renderNewsSitemap(source) : [];
    case "site":
      return [{ path: SITE_PATH, type: JSON_TYPE, body: JSON.stringify(publicIdentity(source)) }];
    case "release": {
      const release = source.views.getPublic(target.id);
      return release ? renderRelease(release, source) : [];
    }
    case "history":
      return renderHistory(target.id, source, isWanted);
  }
}

/** The target that the document at a path belongs to; undefined if there is none. */
export function targetAt(sql: Sql, place: DocumentPlace): Target | undefined {
  switch (place.kind) {
    case "list": {
      const { list, archive } = place.place;
      const address = listAddress(list);
      return archive === undefined ? { kind: "list", address } : { kind: "archive", address, archive };
    }
    case "file":
      return isUsed(sql, place) ? place : undefined;
    case "directory":
    case "facet":
    case "registry":
    case "site":
    case "sitemaps":
    case "sitemap":
    case "news-sitemap":
    case "list-sitemap":
      return place;
    case "release-json":
      return wasPublic(sql, place.id) ? { kind: "release", id: place.id } : undefined;
    case "release":
    case "history": {
      const id = publicReleaseAt(sql, place.lang, place.slug);
      return id === undefined ? undefined : { kind: place.kind, id };
    }
  }
}

const ON_REQUEST = new Set<Target["kind"]>([
  "archive",
  "history",
  "sitemaps",
  "sitemap",
  "news-sitemap",
  "list-sitemap",
  "facet",
]);

/**
 * Whether all documents of a target are rendered, requested or not. Of the kinds in ON_REQUEST, and of lists other than
 * that of everything and those of the languages, only the requested documents are.
 */
export function isAlwaysRendered(target: Target): boolean {
  if (ON_REQUEST.has(target.kind)) return false;
  return target.kind !== "list" || /^\/[^/?]*$/.test(target.address);
}

function renderRelease(release: ReleaseView, { sql, site, config }: RenderSource): RenderedDocument[] {
  const { id, status } = release;
  const path = currentPath(sql, id);
  const json = { path: releaseJsonPath(id), type: JSON_TYPE, body: JSON.stringify(release) };
  const redirects = retiredPaths(sql, id).map((retired): RenderedDocument => ({
    path: retired,
    type: HTML,
    body: "",
    status: 301,
    location: path,
  }));
  if (status === "killed") {
    const page = {
      path,
      type: HTML,
      body: killedPage(release, site.get()),
      status: 410 as const,
      release: id,
    };
    return [page, { ...json, status: 410 }, ...redirects];
  }
  const behind = release.stale && readBehind(sql, config.site.baseUrl, id);
  const body = releasePage(release, path, site.get(), { behind });
  const page = { path, type: HTML, body, release: id };
  return [page, json, ...redirects];
}

/** Of a file that only killed releases used, the page says what that of the release does. */
function renderFile(file: FileReference, { sql, views, site }: RenderSource): RenderedDocument[] {
  const path = fileDocumentPath(file);
  const state = fileState(sql, file);
  if (state === undefined) return [];
  if (state.kind === "gone") {
    const release = views.getPublic(state.release);
    return release ? [{ path, type: HTML, body: killedPage(release, site.get()), status: 410 }] : [];
  }
  const stored = findFile(sql, file.sha256);
  if (stored === undefined) return [];
  const { sha256, bytes } = stored;
  return [
    { path, type: servedType(stored, file.name), body: "", etag: `"${sha256}"`, file: { sha256, bytes } },
  ];
}

function renderDirectory({ sql, registry, site, config }: RenderSource): RenderedDocument[] {
  const counts = directoryTerms(sql, config.site.languages);
  const known = registry.get();
  return [
    { path: DIRECTORY_PATH, type: HTML, body: directoryPage(counts, known, site.get()) },
    { path: OPML_PATH, type: "text/x-opml; charset=utf-8", body: writeOpml(counts, known, site.get()) },
  ];
}

function renderFacet(
  target: Extract<Target, { kind: "facet" }>,
  { sql, registry, site: store, config }: RenderSource,
  isWanted: (path: string) => boolean,
): RenderedDocument[] {
  const { lang, facet } = target;
  const path = facetPath(lang, facet);
  if (!isWanted(path) || !config.site.languages.includes(lang)) return [];
  const counts = countValues(sql, lang, FIELD_OF_FACET[facet]);
  return [{ path, type: HTML, body: facetPage(target, counts, registry.get(), store.get()) }];
}

/** The identity with its defaults, without the settings. */
function publicIdentity({ site }: RenderSource): Omit<Site, keyof SiteSettings> & Pick<Site, "title"> {
  const { baseUrl: _baseUrl, languages: _languages, timeZone: _timeZone, ...identity } = site.get();
  return identity;
}
