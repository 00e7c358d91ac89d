/**
 * The content of editions, as stored.
 */
import type { ReleaseInput } from "../../domain/release.ts";

/** The content of an edition, without its embargo, change, note and follows: the fields by which editions differ. */
export type EditionContent = Omit<ReleaseInput, "id" | "embargo" | "change" | "note" | "follows">;

/**
 * The number of an edition for readers: 1 is the edition with which the release became public. The stored
 * number would tell how often the text was edited under its embargo.
 */
export function publicNumber(edition: number, firstSeen: number): number {
  return edition - firstSeen + 1;
}

/** Always in this order, so that equal content gives equal JSON. */
const FIELDS = [
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

/** The canonical JSON of an edition's content. */
export function contentJson(input: ReleaseInput): string {
  return JSON.stringify(Object.fromEntries(FIELDS.map((field) => [field, input[field]])));
}

/** @param json from {@link contentJson} */
export function parseContent(json: string): EditionContent {
  return JSON.parse(json) as EditionContent;
}

/** The names of the fields in which two editions differ. */
export function changedFields(before: EditionContent, after: EditionContent): (keyof EditionContent)[] {
  return FIELDS.filter((field) => JSON.stringify(before[field]) !== JSON.stringify(after[field]));
}
