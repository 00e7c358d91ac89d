/**
 * A target → the documents that it is made of: a pure function of the ledger and the settings, so
 * that KV can be lost and made again, byte for byte.
 */
import type { ReleaseView } from "../domain/release.ts";
import type { DocumentMetadata } from "../documents.ts";
import { type DocumentPlace, REGISTRY_PATH, releaseJsonPath } from "../document-paths.ts";
import type { Instant } from "../domain/instant.ts";
import { EMPTY_REGISTRY, type Registry } from "../domain/registry.ts";
import { LIST_UNITS_MAX } from "../limits.ts";
import { FEED_FORMATS, FEED_TYPES } from "../feeds/feed-model.ts";
import { feedPath, type FeedList, listFeed, writers } from "../feeds/list-feed.ts";
import type { Settings } from "../settings.ts";
import { listPage, listTitle } from "../site/list-page.ts";
import { killedPage } from "../site/killed-page.ts";
import { releasePage } from "../site/release-page.ts";
import type { ListQuery } from "./release-search.ts";
import type { ReleaseViews } from "./release-views.ts";
import type { Target } from "./stale-targets.ts";

export interface Rendered extends Pick<DocumentMetadata, "type" | "status" | "location"> {
  path: string;
  body: string;
}

const HTML = "text/html; charset=utf-8";
const JSON_TYPE = "application/json; charset=utf-8";

/** Part of what documents are a function of: raise it when the renderers write other bytes than before. */
export const RENDERERS = 3;

/** All documents of a target; none when the world may not see it. */
export function renderTarget(target: Target, ledger: Readable, settings: Settings): Rendered[] {
  switch (target.kind) {
    case "list":
      return renderList(target.lang, ledger, settings);
    case "registry":
      return [
        { path: REGISTRY_PATH, type: JSON_TYPE, body: JSON.stringify(ledger.registry() ?? EMPTY_REGISTRY) },
      ];
    case "release": {
      const release = ledger.views.byId(target.id);
      return release ? renderRelease(release, ledger, settings) : [];
    }
  }
}

/** What documents are made from. */
export interface Readable {
  views: ReleaseViews;
  /** The newest releases of a list, as the instants that name them. */
  find: (query: ListQuery, limit: number) => Instant[];
  registry: () => Registry | undefined;
}

/** The target that holds the document at a path; undefined where none is. */
export function targetAt(place: DocumentPlace, views: ReleaseViews): Target | undefined {
  switch (place.kind) {
    case "list":
      return { kind: "list", lang: place.lang };
    case "registry":
      return { kind: "registry" };
    case "release-json":
      return { kind: "release", id: place.id };
    case "release": {
      const id = views.atAddress(place.lang, place.slug);
      return id === undefined ? undefined : { kind: "release", id };
    }
  }
}

function renderRelease(release: ReleaseView, ledger: Readable, settings: Settings): Rendered[] {
  const address = ledger.views.presentPath(release.id);
  const retired = ledger.views
    .retiredPaths(release.id)
    .map((path): Rendered => ({ path, type: HTML, body: "", status: 301, location: address }));
  const json: Rendered = {
    path: releaseJsonPath(release.id),
    type: JSON_TYPE,
    body: JSON.stringify(release),
  };
  if (release.status === "killed") {
    const page: Rendered = {
      path: address,
      type: HTML,
      body: killedPage(release, settings.site),
      status: 410,
    };
    return [page, { ...json, status: 410 }, ...retired];
  }
  const page: Rendered = { path: address, type: HTML, body: releasePage(release, address, settings.site) };
  return [page, json, ...retired];
}

function renderList(lang: string | undefined, ledger: Readable, settings: Settings): Rendered[] {
  const { site, feedItems } = settings;
  if (lang !== undefined && !site.languages.includes(lang)) return [];
  const list: FeedList = {
    path: lang === undefined ? "" : `/${lang}`,
    title: listTitle(lang, site),
    ...(lang === undefined ? {} : { lang }),
  };
  const filter = lang === undefined ? {} : { lang: [lang] };
  const releases = withinBudget(ledger.views.byPublished(ledger.find({ filter }, feedItems)));
  const feed = listFeed(list, releases, site);
  return [
    { path: list.path || "/", type: HTML, body: listPage(list, releases, site) },
    ...FEED_FORMATS.map((format) => ({
      path: feedPath(list.path, format),
      type: FEED_TYPES[format],
      body: writers[format](feed),
    })),
  ];
}

/** The newest that fit, and the first in any case: one document must stay within what readers and KV take. */
function withinBudget(releases: readonly ReleaseView[]): ReleaseView[] {
  let units = 0;
  return releases.filter(({ title, summary, content }, index) => {
    units += title.length + summary.length + content.html.length;
    return index === 0 || units <= LIST_UNITS_MAX;
  });
}
