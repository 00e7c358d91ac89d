/**
 * A target → the documents that it is made of: a pure function of the ledger and the settings, so
 * that KV can be lost and made again, byte for byte.
 */
import type { ReleaseView } from "../domain/release.ts";
import { type DocumentPlace, releaseJsonPath } from "../document-paths.ts";
import { FEED_FORMATS, FEED_TYPES } from "../feeds/feed-model.ts";
import { feedPath, type FeedList, listFeed, writers } from "../feeds/list-feed.ts";
import type { Settings } from "../settings.ts";
import { listPage, listTitle } from "../site/list-page.ts";
import { releasePage } from "../site/release-page.ts";
import type { ReleaseViews } from "./release-views.ts";
import type { Target } from "./stale-targets.ts";

export interface Rendered {
  path: string;
  type: string;
  body: string;
}

const HTML = "text/html; charset=utf-8";
const JSON_TYPE = "application/json; charset=utf-8";

/** Part of what documents are a function of: raise it when the renderers write other bytes than before. */
export const RENDERERS = 1;

/** All documents of a target; none when the world may not see it. */
export function renderTarget(target: Target, views: ReleaseViews, settings: Settings): Rendered[] {
  if (target.kind === "list") return renderList(target.lang, views, settings);
  const release = views.byId(target.id);
  return release ? renderRelease(release, settings) : [];
}

/** The target that holds the document at a path; undefined where none is. */
export function targetAt(place: DocumentPlace, views: ReleaseViews): Target | undefined {
  switch (place.kind) {
    case "list":
      return { kind: "list", lang: place.lang };
    case "release-json":
      return { kind: "release", id: place.id };
    case "release": {
      const release = views.bySlug(place.lang, place.slug);
      return release && { kind: "release", id: release.id };
    }
  }
}

function renderRelease(release: ReleaseView, settings: Settings): Rendered[] {
  const path = release.url.slice(settings.site.baseUrl.length);
  return [
    { path, type: HTML, body: releasePage(release, path, settings.site) },
    { path: releaseJsonPath(release.id), type: JSON_TYPE, body: JSON.stringify(release) },
  ];
}

function renderList(lang: string | undefined, views: ReleaseViews, settings: Settings): Rendered[] {
  const { site, feedItems } = settings;
  if (lang !== undefined && !site.languages.includes(lang)) return [];
  const list: FeedList = {
    path: lang === undefined ? "" : `/${lang}`,
    title: listTitle(lang, site),
    ...(lang === undefined ? {} : { lang }),
  };
  const releases = views.newest(lang, feedItems);
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
