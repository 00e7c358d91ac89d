/**
 * The documents of a list: its page and its feeds, of its newest releases or of one archive.
 */
import {
  addressOf,
  FEED_FORMATS,
  type FeedFormat,
  languageOf,
  type ListPlace,
  type ReleaseList,
} from "../../domain/list.ts";
import { listTitle } from "../../i18n/phrases.ts";
import { FEED_TYPES } from "../../feeds/feed.ts";
import { buildFeed, buildRetiredFeed, type TitledList, writers } from "../../feeds/build-feed.ts";
import { RETIRED_SECONDS, TOMBSTONES_MAX } from "../limits.ts";
import type { Config } from "../../config.ts";
import { listPage, retiredListPage } from "../../site/list-page.ts";
import { HTML, type RenderSource, type RenderedDocument } from "./rendered.ts";
import type { Target } from "../store/stale-documents.ts";

/** None of a list that is not kept, or of an archive that is not there. */
export function renderList(
  target: Extract<Target, { kind: "list" | "archive" }>,
  ledger: RenderSource,
  config: Config,
  nowMs: number,
  wanted: (path: string) => boolean,
): RenderedDocument[] {
  const list = ledger.lists.parse(target.address);
  if (list === undefined || ledger.lists.keptUntilMs(list, nowMs) === undefined) return [];
  const standing = ledger.registry.filterStatus(list.filter);
  if (standing.kind === "unknown") return [];
  const archive = target.kind === "archive" ? target.archive : undefined;
  const at = (place: Omit<ListPlace, "list">) => addressOf({ list, ...place });
  const number = archive === undefined ? {} : { archive };
  const pagePath = at(number);
  const paths: { path: string; format?: FeedFormat }[] = [
    { path: pagePath },
    ...FEED_FORMATS.map((format) => ({ path: at({ ...number, format }), format })),
  ].filter(({ path }) => wanted(path));
  if (paths.length === 0) return [];

  const { site } = config;
  const shown = titledList(list, ledger, config);
  if (standing.kind === "retired") {
    if (archive !== undefined) return [];
    const feed = buildRetiredFeed(shown, standing.at, site);
    const goneFrom = standing.at + RETIRED_SECONDS;
    return paths.map(({ path, format }) =>
      format === undefined
        ? { path, type: HTML, body: retiredListPage(shown, standing.at, site), goneFrom }
        : { path, type: FEED_TYPES[format], body: writers[format](feed), goneFrom },
    );
  }

  const chain = ledger.archives.archiveLinks(list, archive);
  if (chain === undefined) return [];
  const { views } = ledger;
  const releases = views.byPublished(ledger.archives.releasesIn(list, archive));
  const killed = ledger.archives
    .killedIn(list, archive, archive === undefined ? TOMBSTONES_MAX : Number.MAX_SAFE_INTEGER)
    .flatMap((id) => views.byId(id) ?? []);
  const latest = views.lastSequences([...releases, ...killed].map(({ id }) => id));
  const sequences = releases.map(({ id }) => latest.get(id) ?? 0);
  const told = {
    sequence: Math.max(0, ...latest.values()),
    // Who has an archive already has nothing to be told of it.
    ...(archive === undefined ? { sequences } : { isArchive: true as const }),
  };
  const feed = buildFeed(shown, chain, releases, killed, site);
  return paths.map(({ path, format }) =>
    format === undefined
      ? { path, type: HTML, body: listPage(shown, chain, releases, site) }
      : { path, type: FEED_TYPES[format], body: writers[format](feed), ...told },
  );
}

function titledList(list: ReleaseList, ledger: RenderSource, { site }: Config): TitledList {
  const lang = languageOf(list);
  return {
    list,
    title: listTitle(list, site, ledger.registry.everKnown()),
    ...(lang === undefined ? {} : { lang }),
  };
}
