/**
 * What the API answers about releases, editions and files.
 */
import * as z from "zod/mini";
import type { DiffPart } from "../../domain/difference.ts";
import type {
  AdminReleaseView,
  AttachmentView,
  BehindView,
  ImageView,
  ReleaseView,
  TranslationView,
} from "../../domain/release.ts";
import type { EditionSummary, EditionView } from "../../newsroom/store/edition-views.ts";
import type { PublishAnswer } from "../../newsroom/publish/ledger.ts";
import type { StateView } from "../../newsroom/store/release-states.ts";
import type { Warning } from "../../renderer/prepare.ts";
import { complete, count, maybe, pageOf, sha256, text, time } from "./shared.ts";

export const status = z.enum(["embargoed", "published", "withdrawn", "killed"]);
export const content = z.strictObject({ html: text, text });
const named = z.record(z.string(), text);
const names = z.strictObject({
  types: named,
  topics: named,
  people: named,
  organisations: named,
  places: named,
});
const pixels = maybe(z.int().check(z.positive()));
const edition = z.int().check(z.positive());

const translation = complete<TranslationView>({
  lang: text,
  id: z.uuid(),
  url: z.url(),
  status: maybe(z.literal("withdrawn")),
});

export const attachment = complete<AttachmentView>({
  url: z.url(),
  type: text,
  title: maybe(text),
  size: maybe(count),
  sha256: maybe(sha256),
});

const image = complete<ImageView>({
  url: z.url(),
  alt: text,
  credit: maybe(text),
  caption: maybe(text),
  type: maybe(text),
  width: pixels,
  height: pixels,
  sha256: maybe(sha256),
});

const behind = complete<BehindView>({ id: z.uuid(), lang: text, edition, url: z.url() });

/** The fields of a release in an event. */
export const eventReleaseFields = {
  id: z.uuid(),
  group: text,
  lang: text,
  type: text,
  title: text,
  summary: text,
  url: z.url(),
  edition,
  status,
  date: text,
  datePrecision: z.enum(["day", "second"]),
  published: time,
  updated: time,
  topics: z.array(text),
  people: z.array(text),
  organisations: z.array(text),
  places: z.array(text),
  names,
  translations: z.array(translation),
  stale: maybe(z.literal(true)),
  attachments: z.array(attachment),
};

const releaseFields = {
  ...eventReleaseFields,
  note: maybe(text),
  reason: maybe(text),
  source: maybe(z.url()),
  image: maybe(image),
  history: maybe(z.url()),
  corrected: maybe(time),
};

export const release = complete<ReleaseView>({ ...releaseFields, content });

const adminFields = {
  ...releaseFields,
  published: z.nullable(time),
  updated: z.nullable(time),
  embargo: maybe(time),
  behind: maybe(behind),
};
export const adminRelease = complete<AdminReleaseView>({ ...adminFields, content });

/** `content` is left out of a list with `content=summary`. */
export const releasePage = pageOf(z.strictObject({ ...adminFields, content: maybe(content) }));

export const publishAnswer = z.strictObject({
  id: z.uuid(),
  edition,
  sequence: z.nullable(count),
  status,
  url: z.url(),
  changed: z.boolean(),
  follows: maybe(edition),
  behind: maybe(behind),
  notified: maybe(count),
  missingFiles: maybe(z.array(text)),
  warnings: maybe(z.array(z.strictObject({ path: z.literal("body"), line: count, message: text }))),
}) satisfies z.ZodMiniType<PublishAnswer & { warnings?: Warning[] }>;

export const batchAnswer = z.strictObject({ data: z.array(publishAnswer) });

const state = complete<StateView>({
  id: z.uuid(),
  status,
  edition,
  url: z.url(),
  hash: sha256,
  embargo: maybe(time),
  reason: maybe(text),
  behind: maybe(behind),
  note: maybe(z.nullable(text)),
});
export const statePage = pageOf(state);

const ofEdition = {
  edition,
  accepted: time,
  change: z.nullable(text),
  note: z.nullable(text),
  title: text,
};
const editionSummary = complete<EditionSummary>(ofEdition);
export const editionPage = pageOf(editionSummary);

export const editionView = z.strictObject({
  id: z.uuid(),
  ...ofEdition,
  lang: text,
  slug: text,
  group: maybe(text),
  type: text,
  date: text,
  summary: text,
  topics: z.array(text),
  people: z.array(text),
  organisations: z.array(text),
  places: z.array(text),
  source: maybe(z.url()),
  body: text,
  url: z.url(),
  attachments: z.array(attachment),
  image: maybe(image),
  content,
}) satisfies z.ZodMiniType<Omit<EditionView, "group" | "source">>;

const diff: z.ZodMiniType<DiffPart[]> = z.array(
  z.strictObject({ op: z.enum(["equal", "insert", "delete"]), text }),
);
const fromTo = z.strictObject({ from: z.unknown(), to: z.unknown() });
export const difference = z.strictObject({
  id: z.uuid(),
  from: edition,
  to: edition,
  fields: z.record(z.string(), z.union([diff, fromTo])),
});

export const file = z.strictObject({ sha256, size: count, type: text, width: pixels, height: pixels });
