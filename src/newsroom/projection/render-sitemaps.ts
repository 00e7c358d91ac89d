/**
 * Renders the sitemaps: of releases, in files of a bounded size; of lists; of the news; and their index.
 */
import { LIST_SITEMAP_PATH, NEWS_SITEMAP_PATH, SITEMAP_PATH, sitemapPath } from "../../documents/paths.ts";
import { defined } from "../../domain/defined.ts";
import { addressOf, facetList, FIELD_OF_FACET, languageList } from "../../domain/list.ts";
import { releasePath } from "../../domain/release.ts";
import { type SitemapEntry, sitemap, sitemapIndex } from "../../site/sitemaps.ts";
import { NEWS_SECONDS, SITEMAP_URLS_MAX } from "../limits.ts";
import { countTerms } from "../lists/release-index.ts";
import { toInstant } from "../store/schema.ts";
import {
  listSitemaps,
  newestReleases,
  pagesByGroup,
  releasesInSitemap,
  type SitemapRelease,
} from "../store/sitemaps.ts";
import type { RenderedDocument, RenderSource } from "./rendered.ts";

const TYPE = "application/xml; charset=utf-8";

export function renderSitemapIndex({ sql, site }: RenderSource): RenderedDocument[] {
  const files = listSitemaps(sql).map(({ file, changed }) => ({ path: sitemapPath(file), changed }));
  const body = sitemapIndex([{ path: LIST_SITEMAP_PATH }, ...files], site.get());
  return [{ path: SITEMAP_PATH, type: TYPE, body }];
}

/** None if no release of the file is visible any more: the schema forbids an empty sitemap. */
export function renderSitemap(file: number, { sql, site }: RenderSource): RenderedDocument[] {
  const releases = releasesInSitemap(sql, file);
  if (releases.length === 0) return [];
  const entries = withAlternates(releases, sql, ({ changed }) => ({ changed }));
  return [{ path: sitemapPath(file), type: TYPE, body: sitemap(entries, site.get()) }];
}

/** Texts of the last two days have the tags of news; a few older ones keep the file from being empty. */
export function renderNewsSitemap({ sql, site, now }: RenderSource): RenderedDocument[] {
  const since = toInstant(now()) - NEWS_SECONDS;
  const releases = newestReleases(sql, since);
  const news = releases.filter(({ published, status }) => published >= since && status === "published");
  const entries = withAlternates(releases, sql, (release) => {
    const { lang, title, published, changed } = release;
    return { changed, ...defined({ news: news.includes(release) ? { lang, title, published } : undefined }) };
  });
  const oldest = news.at(-1);
  return [
    {
      path: NEWS_SITEMAP_PATH,
      type: TYPE,
      body: sitemap(entries.length > 0 ? entries : [{ path: "/", alternates: [] }], site.get()),
      // Its oldest text is no news from then on.
      ...defined({ staleFrom: oldest && oldest.published + NEWS_SECONDS + 1 }),
    },
  ];
}

/** The lists that have releases: everything, each language, each value; of very many those with most releases. */
export function renderListSitemap({ sql, site: store }: RenderSource): RenderedDocument[] {
  const site = store.get();
  const counts = countTerms(sql).filter(({ lang }) => site.languages.includes(lang));
  const languages = site.languages.map((lang) => ({ lang, path: addressOf({ list: languageList(lang) }) }));
  const lists = Object.entries(FIELD_OF_FACET).flatMap(([facet, field]) =>
    [
      ...Map.groupBy(
        counts.filter((count) => count.field === field),
        ({ value }) => value,
      ),
    ].map(([value, found]) => ({
      count: Math.max(...found.map(({ count }) => count)),
      pages: found.map(({ lang }) => ({
        lang,
        path: addressOf({ list: facetList(lang, facet as keyof typeof FIELD_OF_FACET, value) }),
      })),
    })),
  );
  lists.sort((a, b) => b.count - a.count);
  const entries = [
    { path: "/", alternates: [] },
    ...[{ pages: languages }, ...lists].flatMap(({ pages }) =>
      pages.map(({ path }) => ({ path, alternates: pages.length > 1 ? pages : [] })),
    ),
  ].slice(0, SITEMAP_URLS_MAX);
  // By path, so that another count alone changes nothing.
  entries.sort((a, b) => (a.path < b.path ? -1 : 1));
  return [{ path: LIST_SITEMAP_PATH, type: TYPE, body: sitemap(entries, site) }];
}

function withAlternates<R extends SitemapRelease>(
  releases: readonly R[],
  sql: RenderSource["sql"],
  more: (release: R) => Partial<SitemapEntry>,
): SitemapEntry[] {
  const pages = pagesByGroup(sql, releases);
  return releases.map((release) => {
    const alternates = pages.get(release.group) ?? [];
    return {
      path: releasePath(release),
      alternates: alternates.length > 1 ? alternates : [],
      ...more(release),
    };
  });
}
