/**
 * What chats and social networks show of a link to a release (ogp.me), with its own image or the logo.
 */
import type { Element } from "hast";
import { h } from "hastscript";
import type { ReleaseView } from "../domain/release.ts";
import { type Site, textsIn } from "../domain/site.ts";

export function socialTags(release: ReleaseView, site: Site): Element[] {
  const { lang, title, summary, url, published, updated, translations, image } = release;
  const logo = site.logoImage;
  // No network shows an SVG.
  const shown =
    image ?? (logo !== undefined && logo.type !== "image/svg+xml" ? { alt: "", ...logo } : undefined);
  const property = (name: string, content: string | number | null | undefined) =>
    content === undefined || content === null || content === ""
      ? []
      : [h("meta", { property: name, content: String(content) })];
  return [
    ...property("og:type", "article"),
    ...property("og:title", title),
    ...property("og:description", summary),
    ...property("og:url", url),
    ...property("og:site_name", textsIn(site, lang).title),
    ...property("og:locale", localeOf(lang)),
    ...translations.flatMap((each) => property("og:locale:alternate", localeOf(each.lang))),
    ...property("og:image", shown?.url),
    ...property("og:image:alt", shown?.alt),
    ...property("og:image:width", shown?.width),
    ...property("og:image:height", shown?.height),
    ...property("article:published_time", published),
    ...property("article:modified_time", updated),
    h("meta", { name: "twitter:card", content: image === undefined ? "summary" : "summary_large_image" }),
  ];
}

/** As Open Graph writes languages: `hy_AM`. */
function localeOf(lang: string): string {
  const { language, region } = new Intl.Locale(lang).maximize();
  return region === undefined ? language : `${language}_${region}`;
}
