/**
 * A release as it is written and as it is read. The field names are those of front matter; the body of the
 * API has the same fields plus `body`.
 */
import * as z from "zod/mini";
import {
  ATTACHMENTS_MAX,
  FACET_VALUES_MAX,
  LANGUAGE_CHARS_MAX,
  SLUG_CHARS_MAX,
  SUMMARY_CHARS_MAX,
  TITLE_CHARS_MAX,
  URL_CHARS_MAX,
} from "./limits.ts";
import { listOf } from "./bounded.ts";
import type { Issue } from "./issues.ts";
import { type FileReference, fileReference } from "./file.ts";
import { type Instant, parseInstant, parseInstantUp, parseReleaseDate } from "./dates.ts";
import { sanitizeText, oneLine } from "./text.ts";

export const RELEASE_TYPES = ["press-release", "statement", "speech", "interview", "visit", "qa"] as const;
export const FACETS = ["topics", "people", "organisations", "places"] as const;
export type Facet = (typeof FACETS)[number];

/**
 * `embargoed`: visible only with the admin token. `published`. `withdrawn`: readable, under a banner with
 * the reason. `killed`: only the id, the dates and the reason remain.
 */
export type Status = "embargoed" | "published" | "withdrawn" | "killed";
export type ChangeKind = "major" | "minor";

/** Text on one line, with at most `max` characters. */
export const line = (max: number) =>
  z.pipe(
    z.pipe(z.string(), z.transform(oneLine)),
    z
      .string()
      .check(z.minLength(1, "must not be empty"), z.maxLength(max, `must have at most ${max} characters`)),
  );

/** The name of a facet value, a group or a release in an address. */
export const slug = z
  .string()
  .check(
    z.maxLength(SLUG_CHARS_MAX, `must have at most ${SLUG_CHARS_MAX} characters`),
    z.regex(
      /^[a-z0-9]+(?:-[a-z0-9]+)*$/,
      "must be lower-case Latin letters and digits, joined by single hyphens",
    ),
  );

/** An absolute http or https URL. It is kept as a URI, in ASCII: feeds with other letters in a URL are invalid. */
export const webAddress = z.pipe(
  z.pipe(
    z.string().check(
      z.refine((text) => {
        const url = URL.parse(text);
        return url !== null && (url.protocol === "https:" || url.protocol === "http:") && !/\s/.test(text);
      }, "must be an absolute http or https URL"),
    ),
    z.transform((text) => new URL(text).href),
  ),
  z
    .string()
    .check(z.maxLength(URL_CHARS_MAX, `must have at most ${URL_CHARS_MAX} characters once it is encoded`)),
);

const instant = z
  .string()
  .check(
    z.refine(
      (text) => parseInstant(text) !== undefined,
      "must be an RFC 3339 instant, such as 2020-12-01T10:00:00+04:00",
    ),
  );

/** BCP 47 in its canonical case, so that one language has one URL. */
const lang = z.pipe(
  z
    .string()
    .check(
      z.refine((tag) => canonicalLanguage(tag) !== undefined, "must be a BCP 47 language tag, such as en"),
    ),
  z.transform((tag) => canonicalLanguage(tag) ?? tag),
);

/** `EN-gb` → `en-GB`; undefined if it is not a BCP 47 tag, or too long. */
export function canonicalLanguage(tag: string): string | undefined {
  if (tag.length > LANGUAGE_CHARS_MAX) return undefined;
  try {
    return Intl.getCanonicalLocales(tag)[0];
  } catch {
    return undefined;
  }
}

const facet = z._default(
  z.pipe(
    listOf(slug, FACET_VALUES_MAX, "values"),
    z.transform((values) => [...new Set(values)]),
  ),
  [],
);

/** How a release names a file: in the API `SHA256/NAME`, in front matter a path. */
type FileSchema = z.ZodMiniType<string, string>;

/** A file of the service, or one at another site, whose type the service cannot know. */
const attachmentWith = (file: FileSchema) =>
  z
    .strictObject({
      url: z.optional(webAddress),
      file: z.optional(file),
      type: z.optional(
        z.string().check(z.regex(/^[\w.+-]+\/[\w.+-]+$/, "must be a media type, such as application/pdf")),
      ),
      title: z.optional(line(TITLE_CHARS_MAX)),
      size: z.optional(z.int("must be a whole number of bytes").check(z.nonnegative("must not be negative"))),
    })
    .check((payload) => {
      const { url, file: own, type, size } = payload.value;
      const add = (field: string, message: string) =>
        payload.issues.push({ code: "custom", input: payload.value, path: [field], message });
      if (url === undefined && own === undefined) add("url", URL_OR_FILE);
      if (url !== undefined && own !== undefined) add("url", URL_AND_FILE);
      if (url !== undefined && own === undefined && type === undefined) add("type", "is required");
      if (own !== undefined && type !== undefined) add("type", READ_FROM_FILE);
      if (own !== undefined && size !== undefined) add("size", READ_FROM_FILE);
    });

const imageWith = (file: FileSchema) =>
  z
    .strictObject({
      url: z.optional(webAddress),
      file: z.optional(file),
      alt: z.pipe(z.string(), z.transform(oneLine)),
      credit: z.optional(line(TITLE_CHARS_MAX)),
      caption: z.optional(line(SUMMARY_CHARS_MAX)),
    })
    .check((payload) => {
      const { url, file: own } = payload.value;
      if ((url === undefined) !== (own === undefined)) return;
      const message = url === undefined ? URL_OR_FILE : URL_AND_FILE;
      payload.issues.push({ code: "custom", input: payload.value, path: ["url"], message });
    });

const URL_OR_FILE = "is required, or a `file` in its place";
const URL_AND_FILE = "must be left out beside `file`";
const READ_FROM_FILE = "is read from the file itself: leave it out";

/** A UUID in lower case: the same id in another case is the same release. */
export const releaseId = z.pipe(
  z.pipe(
    z.string(),
    z.transform((text) => text.toLowerCase()),
  ),
  z.uuid("must be a UUID, such as 6f1c0c1e-5d2b-4a53-9d6e-0b6f1a2c9e11"),
);

const fieldsWith = (file: FileSchema) => ({
  lang,
  slug,
  group: z.optional(slug),
  type: slug,
  title: line(TITLE_CHARS_MAX),
  date: z
    .string()
    .check(
      z.refine(
        (text) => parseReleaseDate(text) !== undefined,
        "must be a day, such as 2020-12-01, or an RFC 3339 instant",
      ),
    ),
  summary: z.optional(line(SUMMARY_CHARS_MAX)),
  topics: facet,
  people: facet,
  organisations: facet,
  places: facet,
  embargo: z.optional(instant),
  change: z.optional(z.enum(["major", "minor"], "must be major or minor")),
  note: z.optional(line(SUMMARY_CHARS_MAX)),
  reallyMinor: z.optional(z.boolean("must be true or false")),
  follows: z.optional(
    z
      .int("must be the number of an edition, such as 2")
      .check(z.positive("must be the number of an edition, such as 2")),
  ),
  status: z.optional(
    z.enum(["withdrawn", "killed"], "must be withdrawn or killed; a published release has no status"),
  ),
  reason: z.optional(line(SUMMARY_CHARS_MAX)),
  updated: z.optional(instant),
  source: z.optional(webAddress),
  attachments: z._default(listOf(attachmentWith(file), ATTACHMENTS_MAX), []),
  image: z.optional(imageWith(file)),
});

/** A path from the content file itself. */
const relativePath = z.string().check(z.minLength(1, "must not be empty"));

const body = z.pipe(
  // Not `trim`: four spaces at the start of the first line mean code in Markdown.
  z.pipe(
    z.string(),
    z.transform((text) =>
      sanitizeText(text)
        .replace(/^(?:[^\S\n]*\n)+/, "")
        .trimEnd(),
    ),
  ),
  z.string().check(z.minLength(1, "must not be empty")),
);

/** The body of a publish. An unknown field is an issue: a release with a mistyped `embargo` must not be published. */
export const releaseInput = z.strictObject({ id: releaseId, ...fieldsWith(fileReference), body });
export type ReleaseInput = z.infer<typeof releaseInput>;

/** The front matter of a content file. A new file has no id yet; `draft` stays in the file. */
export const frontMatter = z.strictObject({
  id: z.optional(releaseId),
  ...fieldsWith(relativePath),
  draft: z._default(z.boolean("must be true or false"), false),
});
export type FrontMatter = z.infer<typeof frontMatter>;

/** A status needs a reason that readers understand; without it, `reason` and `updated` mean nothing. */
export function checkRetraction({
  status,
  reason,
  updated,
}: Pick<ReleaseInput, "status" | "reason" | "updated">): Issue[] {
  if (status !== undefined) {
    return reason === undefined
      ? [{ path: "/reason", message: `is required: readers see why the release is ${status}` }]
      : [];
  }
  const message = "belongs to a status: remove it, or write `status: withdrawn` or `status: killed`";
  return Object.entries({ reason, updated })
    .filter(([, value]) => value !== undefined)
    .map(([name]) => ({ path: `/${name}`, message }));
}

/** `reallyMinor` says of a minor change that it alters much on purpose; it contradicts `major`. */
export function checkReallyMinor({
  change,
  reallyMinor,
}: Pick<ReleaseInput, "change" | "reallyMinor">): Issue[] {
  if (change !== "major" || reallyMinor !== true) return [];
  return [{ path: "/reallyMinor", message: "belongs to a minor change: remove it, or set change to minor" }];
}

/** The embargo if it is still in force; null if there is none or it has ended. */
export function activeEmbargo({ embargo }: Pick<ReleaseInput, "embargo">, now: Instant): Instant | null {
  const until = embargo === undefined ? undefined : parseInstantUp(embargo);
  return until !== undefined && until > now ? until : null;
}

/** A release with everything that is made from its Markdown, before the ledger gets it. */
export interface PreparedRelease {
  input: ReleaseInput;
  /** SHA-256 of the content (`contentJson`), in hexadecimal digits. */
  hash: string;
  /** Sanitised HTML of the body. */
  html: string;
  /** Plain text of the body, with an empty line between paragraphs. */
  text: string;
  /** The given summary, or the first sentence or two of the text. */
  summary: string;
  /** The files of the service that its fields and its text name. */
  files: UsedFile[];
}

/** A file that a release names, and where: `path` is a JSON Pointer, `line` a line of the body. */
export interface UsedFile extends FileReference {
  path: string;
  line?: number;
}

/** An attachment as readers see it. `size` in bytes; `sha256` only of a file that the service holds. */
export interface AttachmentView {
  url: string;
  type: string;
  title?: string;
  size?: number;
  sha256?: string;
}

/** An image as readers see it. `width` and `height` in pixels, where the service holds the file. */
export interface ImageView {
  url: string;
  alt: string;
  credit?: string;
  caption?: string;
  type?: string;
  width?: number;
  height?: number;
  sha256?: string;
}

export interface TranslationView {
  lang: string;
  id: string;
  url: string;
  /** Absent of a published one. */
  status?: "withdrawn";
}

/** The corrected translation that a release is behind, with the stored number of its edition, which `follows` takes. */
export interface BehindView {
  id: string;
  lang: string;
  edition: number;
  url: string;
}

/** A release at one edition, as feeds, pages and events show it. Times are RFC 3339 in UTC. */
export interface ReleaseView {
  id: string;
  group: string;
  lang: string;
  type: string;
  title: string;
  summary: string;
  url: string;
  edition: number;
  status: Status;
  /** As written: a day or an instant. */
  date: string;
  datePrecision: "day" | "second";
  published: string;
  updated: string;
  topics: string[];
  people: string[];
  organisations: string[];
  places: string[];
  /** The names of facet values, and of the type if the registry has it, in the release's language. */
  names: Record<"types" | Facet, Record<string, string>>;
  translations: TranslationView[];
  content: { html: string; text: string };
  /** The note of the latest major edition. */
  note?: string;
  /** When that edition became public. `updated` moves with withdrawals too. An event has none. */
  corrected?: string;
  /** Why the release is withdrawn or killed. */
  reason?: string;
  /** A translation was corrected, and this release does not follow that correction yet. */
  stale?: true;
  source?: string;
  attachments: AttachmentView[];
  image?: ImageView;
  /** URL of its history; absent as long as it has only its first edition. An event has none. */
  history?: string;
}

/** A release as the admin sees it. Before its first publication it has no dates; it may have an embargo. */
export interface AdminReleaseView extends Omit<ReleaseView, "published" | "updated"> {
  published: string | null;
  updated: string | null;
  /** When the embargo ends. */
  embargo?: string;
  /** What makes it `stale`. */
  behind?: BehindView;
}

/** The path of a release's page. */
export function releasePath(release: { lang: string; slug: string }): string {
  return `/${release.lang}/releases/${release.slug}`;
}

/** The path that always leads to a release's page, also after the page moves. */
export function permanentPath(id: string): string {
  return `/r/${id}`;
}
