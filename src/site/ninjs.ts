/**
 * A release as ninjs 3.1, IPTC's format for news in JSON (iptc.org/std/ninjs). The schema forbids fields of its own:
 * a correction is a higher `version` with an `edNote`, translations are associations.
 */
import { defined } from "../domain/defined.ts";
import type { AttachmentView, ImageView, ReleaseView, TranslationView } from "../domain/release.ts";
import { entryUrn } from "../feeds/feed.ts";
import { type Site, textsIn } from "../domain/site.ts";
import { releaseTypeName } from "./release-facts.ts";

const SCHEMA = "http://www.iptc.org/std/ninjs/ninjs-schema_3.1.json#";
const STANDARD = { name: "ninjs", version: "3.1", schema: SCHEMA };

/** @returns the document; of a killed release only what remains of it */
export function ninjs(release: ReleaseView, site: Site): object {
  const { id, edition, lang, status, url, published, updated, reason } = release;
  const known = {
    standard: STANDARD,
    uri: entryUrn(id),
    type: "text",
    version: String(edition),
    language: lang,
    firstCreated: published,
    versionCreated: updated,
    pubStatus: status === "published" ? "usable" : "canceled",
    altIds: [{ role: "url", value: url }],
    ...defined({ edNote: reason ?? release.note }),
  };
  return status === "killed"
    ? { ...known, representationType: "partial" }
    : { ...known, ...content(release, site) };
}

function content(release: ReleaseView, site: Site): object {
  const { lang, title, summary, content: body, attachments, image, translations, names } = release;
  const { publisher } = textsIn(site, lang);
  const concepts = (facet: "topics" | "people" | "organisations" | "places") =>
    release[facet].map((literal) => ({ name: names[facet][literal] ?? literal, rel: "about", literal }));
  return {
    representationType: "full",
    title,
    by: publisher,
    infoSources: [{ name: publisher, role: "publisher" }],
    slugline: slugOf(release.url),
    headlines: [{ role: "main", contentType: "text/plain", value: title }],
    descriptions: [{ role: "summary", contentType: "text/plain", value: summary }],
    bodies: [
      { role: "main", contentType: "text/html", value: body.html },
      { role: "main", contentType: "text/plain", value: body.text },
    ],
    genres: [{ name: releaseTypeName(release, site), literal: release.type }],
    subjects: concepts("topics"),
    people: concepts("people"),
    organisations: concepts("organisations"),
    places: concepts("places"),
    ...defined({
      contentCreated: release.datePrecision === "second" ? release.date : undefined,
      rightsInfo: site.licence === undefined ? undefined : { linkedRights: site.licence },
    }),
    associations: [
      ...(image === undefined ? [] : [picture(image)]),
      ...attachments.map(attachment),
      ...translations.map(translation),
    ],
  };
}

function picture({ url, alt, credit, caption, type, width, height }: ImageView): object {
  return {
    name: "image",
    rel: "image",
    uri: url,
    type: "picture",
    headlines: [{ role: "alternative text", value: alt }],
    ...defined({
      by: credit,
      descriptions: caption === undefined ? undefined : [{ role: "caption", value: caption }],
    }),
    renditions: [{ name: "original", href: url, ...defined({ contentType: type, width, height }) }],
  };
}

function attachment({ url, type, title, size }: AttachmentView): object {
  const rendition = { name: "original", href: url, contentType: type, ...defined({ sizeInBytes: size }) };
  return {
    name: title ?? url,
    rel: "attachment",
    uri: url,
    type: "component",
    ...defined({ title }),
    renditions: [rendition],
  };
}

function translation({ id, lang, url, status }: TranslationView): object {
  return {
    name: lang,
    rel: "translation",
    uri: entryUrn(id),
    type: "text",
    language: lang,
    altIds: [{ role: "url", value: url }],
    pubStatus: status === "withdrawn" ? "canceled" : "usable",
  };
}

function slugOf(url: string): string {
  return url.slice(url.lastIndexOf("/") + 1);
}
