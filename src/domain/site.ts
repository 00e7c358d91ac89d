/**
 * The site: what the configuration says of it, and the identity that the office gives it.
 */
import * as z from "zod/mini";
import { listOf } from "./bounded.ts";
import { BACKGROUNDS, contrast, isReadable, nearestReadable } from "./colour.ts";
import { defined } from "./defined.ts";
import { fileReference } from "./file.ts";
import type { Issue } from "./issues.ts";
import { SITE_DESCRIPTION_CHARS_MAX, SITE_LINKS_MAX, SITE_NAME_CHARS_MAX } from "./limits.ts";
import { localText, type LocalText, ownText, textIn } from "./local-text.ts";
import { phrasesByLanguage } from "./phrases.ts";
import { line, webAddress } from "./release.ts";

const name = localText(SITE_NAME_CHARS_MAX);

/** `#rrggbb` for links and headings on white. On dark pages a lighter one takes its place. */
const colour = z.pipe(
  z.pipe(
    z.string().check(z.regex(/^#[0-9a-f]{6}$/i, "must be a colour such as #0b3d6f")),
    z.transform((text) => text.toLowerCase()),
  ),
  z.string().check(
    z.refine((text) => isReadable(text, BACKGROUNDS.light), {
      error: ({ input }) => {
        const given = String(input);
        const found = Math.floor(contrast(given, BACKGROUNDS.light) * 100) / 100;
        return `has a contrast of ${found}:1 against white; text and links need 4.5:1. The nearest that has it is ${nearestReadable(given, BACKGROUNDS.light)}`;
      },
    }),
  ),
);

/** YAML reads `yes` and `no` as text. */
const yesOrNo = z.pipe(
  z.union([z.boolean(), z.enum(["yes", "no"])], "must be yes or no"),
  z.transform((given) => given === true || given === "yes"),
);

/** An address, which has no languages. */
const oneAddress = z.pipe(
  z
    .unknown()
    .check(
      z.refine(
        (given) => given === null || typeof given !== "object",
        "must be one URL for all languages: only texts may be one for each",
      ),
    ),
  webAddress,
);

/** The body of `PUT /site`. Everything may be left out. */
export const siteIdentity = z.strictObject({
  title: z.optional(name),
  publisher: z.optional(name),
  description: z.optional(localText(SITE_DESCRIPTION_CHARS_MAX)),
  /** An image of the service, as `SHA256/NAME`. */
  logo: z.optional(fileReference),
  colour: z.optional(colour),
  contact: z.optional(
    z.strictObject({
      name: z.optional(name),
      email: z.optional(z.email("must be an e-mail address")),
      phone: z.optional(
        line(SITE_NAME_CHARS_MAX).check(
          z.regex(/^\+?[\d ()/.-]*\d[\d ()/.-]*$/, "must be a phone number, such as +49 30 18170"),
        ),
      ),
      address: z.optional(name),
    }),
  ),
  links: z.optional(listOf(z.strictObject({ text: name, url: oneAddress }), SITE_LINKS_MAX, "links")),
  licence: z.optional(oneAddress),
  ai: z.optional(
    z.strictObject({ search: z.optional(yesOrNo), answer: z.optional(yesOrNo), train: z.optional(yesOrNo) }),
  ),
  phrases: z.optional(phrasesByLanguage),
});
export type SiteIdentity = z.infer<typeof siteIdentity>;

/** What the configuration says. */
export interface SiteSettings {
  /** Absolute, without a slash at the end. */
  baseUrl: string;
  title: string;
  publisher: string;
  /** BCP 47; the first is the default. */
  languages: readonly string[];
  /** IANA name. Decides on which day an instant falls. */
  timeZone: string;
}

/** The identity with its defaults. */
export interface Identity extends Omit<SiteIdentity, "title" | "publisher" | "ai"> {
  title: LocalText;
  publisher: LocalText;
  /** What crawlers may do with the texts for AI: find them, answer from them, train with them. */
  ai: { search: boolean; answer: boolean; train: boolean };
}

/** What pages and feeds know of the site. The settings alone are a site too. `publisher` is the author of every release. */
export interface Site extends Omit<SiteSettings, "title" | "publisher">, Partial<Identity> {
  title: LocalText;
  publisher: LocalText;
  logoImage?: LogoImage;
}

/** The logo as pages and feeds show it. */
export interface LogoImage {
  /** Absolute. */
  url: string;
  /** Media type. */
  type: string;
  width: number | null;
  height: number | null;
}

/** The identity as `GET /site` shows it. */
export function withDefaults(given: SiteIdentity | undefined, settings: SiteSettings): Identity {
  const { title, publisher } = settings;
  const { search = true, answer = true, train = false } = given?.ai ?? {};
  return { title, publisher, ...defined({ ...given }), ai: { search, answer, train } };
}

/** The texts of a site in one language. */
export function textsIn(site: Site, lang: string) {
  const inLang = (text: LocalText) => textIn(text, lang, site.languages);
  const optionalIn = (text: LocalText | undefined) => (text === undefined ? undefined : inLang(text));
  const { description, contact, links = [] } = site;
  return {
    title: inLang(site.title),
    publisher: inLang(site.publisher),
    ...defined({ description: optionalIn(description) }),
    contact: defined({
      name: optionalIn(contact?.name),
      address: optionalIn(contact?.address),
      email: contact?.email,
      phone: contact?.phone,
    }),
    links: links.map(({ text, url }) => ({ text: inLang(text), url })),
  };
}

/** An issue for each text by language that lacks the site's default language, which others fall back to. */
export function validateDefaultLanguage(given: SiteIdentity, [first = "en"]: readonly string[]): Issue[] {
  const { title, publisher, description, contact, links = [] } = given;
  const texts: [path: string, text: LocalText | undefined][] = [
    ["/title", title],
    ["/publisher", publisher],
    ["/description", description],
    ["/contact/name", contact?.name],
    ["/contact/address", contact?.address],
    ...links.map(({ text }, index): [string, LocalText] => [`/links/${index}/text`, text]),
  ];
  return texts
    .filter(([, text]) => typeof text === "object" && ownText(text, first) === undefined)
    .map(([path]) => ({
      path,
      message: `lacks ${first}, the default language (the first of LANGUAGES), which others fall back to`,
    }));
}
