/**
 * Renders a list: the page and the feeds of its newest releases or of one archive.
 */
import type { Instant } from "../../domain/dates.ts";
import { defined } from "../../domain/defined.ts";
import {
  addressOf,
  FEED_FORMATS,
  FEED_TYPES,
  type FeedFormat,
  languageList,
  languageOf,
  listAddress,
  type ReleaseList,
} from "../../domain/list.ts";
import type { ReleaseView } from "../../domain/release.ts";
import { buildFeed, buildRetiredFeed, type TitledList, writers } from "../../feeds/build-feed.ts";
import { entriesIn, releaseOfUrn } from "../../feeds/feed.ts";
import { listTitle } from "../../i18n/phrases.ts";
import { type ListContents, listPage, retiredListPage } from "../../site/list-page.ts";
import { countOf, filterChoices, yearsOf } from "../lists/list-facts.ts";
import { RETIRED_SECONDS, TOMBSTONES_MAX } from "../limits.ts";
import { lastListChangesOf } from "../store/events.ts";
import { getMeta } from "../store/schema.ts";
import type { Target } from "../store/stale-documents.ts";
import { HTML, type RenderSource, type RenderedDocument } from "./rendered.ts";

/** A document to render: a feed, or without a format the page. */
interface Wanted {
  path: string;
  format: FeedFormat | undefined;
}

/** The wanted documents; none of a list that is not kept, or of an archive that does not exist. */
export function renderList(
  target: Extract<Target, { kind: "list" | "archive" }>,
  source: RenderSource,
  isWanted: (path: string) => boolean,
): RenderedDocument[] {
  const list = source.lists.parse(target.address);
  if (list === undefined || source.lists.keptUntilMs(list, source.now()) === undefined) return [];
  const status = source.registry.filterStatus(list.filter);
  if (status.kind === "unknown") return [];
  const archive = target.kind === "archive" ? target.archive : undefined;
  const wanted = [undefined, ...FEED_FORMATS]
    .map((format): Wanted => ({ path: addressOf({ list, ...defined({ archive, format }) }), format }))
    .filter(({ path }) => isWanted(path));
  if (wanted.length === 0) return [];
  const titled = titledList(list, source);
  if (status.kind === "known") return renderReleases(wanted, titled, archive, source);
  return archive === undefined ? renderRetired(wanted, titled, status.at, source) : [];
}

function renderReleases(
  wanted: readonly Wanted[],
  titled: TitledList,
  archive: number | undefined,
  source: RenderSource,
): RenderedDocument[] {
  const { sql, views, lists, archives, site: store } = source;
  const { list } = titled;
  const site = store.get();
  const links = archives.archiveLinks(list, archive);
  if (links === undefined) return [];
  const published = archives.releasesIn(list, archive);
  const releases = views.getByPublished(published);
  const tombstonesMax = archive === undefined ? TOMBSTONES_MAX : Number.MAX_SAFE_INTEGER;
  // A combination learns a moment later that it holds a release again.
  const departed = archives
    .departedFrom(list, archive, tombstonesMax)
    .filter(({ id }) => !releases.some((release) => release.id === id));
  const ids = [...releases, ...departed].map(({ id }) => id);
  const sequences = lastListChangesOf(sql, ids);
  const summarised = archive === undefined ? archives.summarisedAmong(published) : new Set<Instant>();
  const feed = buildFeed(titled, links, { releases, departed, summarised, since: lists.since(list) }, site);
  const metadataOf = (format: FeedFormat) => ({
    sequence: Math.max(0, ...sequences.values()),
    // Deltas are made from the sequences; an archive has none.
    ...(archive === undefined
      ? {
          sequences: entriesIn(feed, format).map(({ id }) => sequences.get(releaseOfUrn(id)) ?? 0),
          relabelled: Number(getMeta(sql, "relabelled") ?? 0),
        }
      : { isArchive: true as const }),
  });
  const page = () => listPage(titled, links, contentsOf(list, archive, releases, source), site);
  return wanted.map(({ path, format }) =>
    format === undefined
      ? { path, type: HTML, body: page() }
      : { path, type: FEED_TYPES[format], body: writers[format](feed), ...metadataOf(format) },
  );
}

/** What the page of a list shows. An archive only shows what is in it, because other changes do not render it again. */
function contentsOf(
  list: ReleaseList,
  archive: number | undefined,
  releases: readonly ReleaseView[],
  { sql, archives, registry, config }: RenderSource,
): ListContents {
  const known = registry.getWithRetired();
  if (archive !== undefined) return { releases, known };
  const lang = languageOf(list);
  const isOfLanguage = lang !== undefined && listAddress(list) === listAddress(languageList(lang));
  return {
    releases,
    known,
    count: countOf(sql, list),
    years: yearsOf(sql, list, config.site.timeZone),
    archives: archives.archiveNumbers(list),
    // Another list does not change with the values of the language.
    ...(isOfLanguage ? { choices: filterChoices(sql, lang) } : {}),
  };
}

/** Documents that say that the list has ended. */
function renderRetired(
  wanted: readonly Wanted[],
  titled: TitledList,
  at: Instant,
  { site: store }: RenderSource,
): RenderedDocument[] {
  const site = store.get();
  const feed = buildRetiredFeed(titled, at, site);
  const goneFrom = at + RETIRED_SECONDS;
  return wanted.map(({ path, format }) =>
    format === undefined
      ? { path, type: HTML, body: retiredListPage(titled, at, site), goneFrom }
      : { path, type: FEED_TYPES[format], body: writers[format](feed), goneFrom },
  );
}

function titledList(list: ReleaseList, { registry, site }: RenderSource): TitledList {
  const title = listTitle(list, site.get(), registry.getWithRetired());
  return { list, title, ...defined({ lang: languageOf(list) }) };
}
