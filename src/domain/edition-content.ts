/**
 * The content of an edition, by which the service and the command line know whether a release differs.
 */
import type { ReleaseInput } from "./release.ts";

/** The fields of a release by which its editions do not differ. */
type OtherField =
  | "id"
  | "embargo"
  | "change"
  | "note"
  | "reallyMinor"
  | "follows"
  | "status"
  | "reason"
  | "updated";
/** The content of an edition: the fields by which editions differ. */
export type EditionContent = Omit<ReleaseInput, OtherField>;

/** Always in this order, so that equal content gives equal JSON. */
export const CONTENT_FIELDS = [
  "lang",
  "slug",
  "group",
  "type",
  "title",
  "date",
  "summary",
  "topics",
  "people",
  "organisations",
  "places",
  "source",
  "attachments",
  "image",
  "body",
] as const satisfies readonly (keyof EditionContent)[];

/** The fields that are compared word by word. */
export const TEXT_FIELDS = ["title", "summary", "body"] as const;
export type TextField = (typeof TEXT_FIELDS)[number];

export function isTextField(name: keyof EditionContent): name is TextField {
  return TEXT_FIELDS.some((field) => field === name);
}

/** The canonical JSON of an edition's content. */
export function contentJson(input: ReleaseInput): string {
  return JSON.stringify(Object.fromEntries(CONTENT_FIELDS.map((field) => [field, input[field]])));
}
