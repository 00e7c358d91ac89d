/**
 * ninjs 1.x in the dialect of Superdesk (superdesk-core's ninjs parser, the push of Superdesk Newsroom): codes in
 * `subject`, associations by name, times without fractions of a second. What arrives under the same `guid` replaces
 * what was there.
 */
import { formatInstant } from "../../domain/dates.ts";
import { defined } from "../../domain/defined.ts";
import { isRetraction, type ReleaseEvent } from "../../domain/event.ts";
import type { AttachmentView, Facet, ImageView, ReleaseView } from "../../domain/release.ts";
import { type Site, textsIn } from "../../domain/site.ts";
import type { Content } from "../../domain/subscription.ts";
import { builtInTypeName, phrasesIn } from "../../i18n/phrases.ts";
import type { Format, SignedDelivery } from "../format.ts";
import { signStandard } from "../sign-standard.ts";
import { standard } from "./standard.ts";

export const superdesk: Format = {
  ...standard,
  releaseBody: (event, content, site) => JSON.stringify(item(event, content, site)),
  sign: async (delivery) => ({ ...(await signStandard(delivery)), ...(await signSha1(delivery)) }),
};

/**
 * The key is the secret as it is shown: Superdesk Newsroom takes it as PUSH_KEY. It checks one signature only, so while
 * secrets overlap the newest one counts.
 */
async function signSha1({
  body,
  secrets: [secret = ""],
  hmac,
}: SignedDelivery): Promise<Record<string, string>> {
  return { "x-superdesk-signature": `sha1=${await hmac("SHA-1", secret, body)}` };
}

function item(event: ReleaseEvent, content: Content, site: Site): object {
  const { release } = event;
  const { id, lang, url, published } = release;
  const { publisher } = textsIn(site, lang);
  return {
    guid: `urn:uuid:${id}`,
    // Higher with each event of a release. Its editions are not: a kill has the edition of what it removes.
    version: String(event.sequence),
    type: "text",
    mimetype: "text/html",
    uri: url,
    language: lang,
    pubstatus: isRetraction(event.type) ? "canceled" : "usable",
    firstcreated: published,
    firstpublished: published,
    // The first version is as old as the release: Superdesk takes no archive of years for today's news.
    versioncreated: event.type === "release.published" ? published : formatInstant(event.at),
    source: publisher,
    copyrightholder: publisher,
    ...defined({ ednote: event.reason ?? event.change?.note }),
    ...(event.release.status === "killed" ? removedTexts(release, site) : text(release, content, site)),
  };
}

/** Replaces the texts that Superdesk has. Its parser takes no empty `description_text`, and would keep the abstract. */
function removedTexts({ lang }: ReleaseView, site: Site): object {
  const { killed } = phrasesIn(lang, site);
  return { headline: killed, description_text: killed, body_text: "", body_html: "" };
}

function text(release: ReleaseView, content: Content, site: Site): object {
  const { lang, type, title, summary, names, image, attachments } = release;
  const coded = (facet: Facet) =>
    release[facet].map((code) => ({ code, name: names[facet][code] ?? code, scheme: facet }));
  return {
    headline: title,
    slugline: release.url.slice(release.url.lastIndexOf("/") + 1),
    description_text: summary,
    ...(content === "full" && { body_html: release.content.html, body_text: release.content.text }),
    genre: [{ code: type, name: names.types[type] ?? builtInTypeName(type, lang, site) }],
    subject: (["topics", "people", "organisations"] as const).flatMap(coded),
    place: coded("places"),
    ...defined({ usageterms: site.licence }),
    ...(image && { associations: { featuremedia: picture(image) } }),
    ...(attachments.length > 0 && { attachments: attachments.map(attachment) }),
  };
}

/** Superdesk takes the text of a picture for its alternative text. */
function picture({ url, alt, credit, caption, type, width, height }: ImageView): object {
  const rendition = defined({ href: url, mimetype: type, width, height });
  return {
    guid: url,
    version: "1",
    type: "picture",
    pubstatus: "usable",
    ...defined({ mimetype: type, byline: credit, description_text: caption }),
    headline: caption ?? alt,
    body_text: alt,
    renditions: { original: rendition, baseImage: rendition },
  };
}

function attachment({ url, type, title, size }: AttachmentView): object {
  return { id: url, href: url, mimetype: type, title: title ?? url, ...defined({ length: size }) };
}
