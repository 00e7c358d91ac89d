/**
 * What search engines read of a release: schema.org's NewsArticle as JSON-LD.
 */
import type { Element } from "hast";
import { h } from "hastscript";
import type { NewsArticle, WithContext } from "schema-dts";
import { defined } from "../domain/defined.ts";
import type { ReleaseView } from "../domain/release.ts";
import { type Site, textsIn } from "../domain/site.ts";
import { entryUrn } from "../feeds/feed.ts";
import { phrasesIn } from "../i18n/phrases.ts";
import { releaseTypeName } from "./release-facts.ts";

/** The script element that holds the data: browsers do not run it, so the content security policy allows it. */
export function structuredData(release: ReleaseView, site: Site): Element {
  // `<` would end the script.
  const json = JSON.stringify(newsArticle(release, site)).replaceAll("<", "\\u003c");
  return h("script", { type: "application/ld+json" }, { type: "raw", value: json });
}

/** @see https://developers.google.com/search/docs/appearance/structured-data/article */
export function newsArticle(release: ReleaseView, site: Site): WithContext<NewsArticle> {
  const { id, lang, title, summary, url, published, updated, note, image, source, translations } = release;
  const { logoImage, licence } = site;
  const names = (facet: "topics" | "people" | "organisations" | "places") =>
    release[facet].map((value) => release.names[facet][value] ?? value);
  const publisher = {
    "@type": "Organization" as const,
    name: textsIn(site, lang).publisher,
    url: site.baseUrl,
    ...defined({
      logo: logoImage && { "@type": "ImageObject" as const, url: logoImage.url, ...sizeOf(logoImage) },
    }),
  };
  const about = [
    ...names("topics").map((name) => ({ "@type": "Thing" as const, name })),
    ...names("people").map((name) => ({ "@type": "Person" as const, name })),
    ...names("organisations").map((name) => ({ "@type": "Organization" as const, name })),
  ];
  const places = names("places").map((name) => ({ "@type": "Place" as const, name }));
  return {
    "@context": "https://schema.org",
    "@type": "NewsArticle",
    "@id": url,
    url,
    mainEntityOfPage: url,
    identifier: entryUrn(id),
    headline: title,
    description: summary,
    inLanguage: lang,
    datePublished: published,
    dateModified: updated,
    articleSection: releaseTypeName(release, site),
    version: release.edition,
    author: publisher,
    publisher,
    ...defined({
      image: image && {
        "@type": "ImageObject" as const,
        url: image.url,
        ...sizeOf(image),
        ...defined({ caption: image.caption, creditText: image.credit }),
      },
      about: about.length === 0 ? undefined : about,
      contentLocation: places.length === 0 ? undefined : places,
      correction:
        note === undefined
          ? undefined
          : {
              "@type": "CorrectionComment" as const,
              text: note,
              ...defined({ datePublished: release.corrected }),
            },
      creativeWorkStatus: release.status === "withdrawn" ? phrasesIn(lang, site).withdrawnMark : undefined,
      workTranslation:
        translations.length === 0
          ? undefined
          : translations.map((each) => ({
              "@type": "NewsArticle" as const,
              "@id": each.url,
              url: each.url,
              inLanguage: each.lang,
            })),
      isBasedOn: source,
      license: licence,
    }),
  };
}

function sizeOf({ width, height }: { width?: number | null; height?: number | null }) {
  const pixels = (value: number) => ({ "@type": "QuantitativeValue" as const, value, unitText: "px" });
  return width && height ? { width: pixels(width), height: pixels(height) } : {};
}
