/**
 * What an edition says, apart from when it may be seen and what changed: the part by which two
 * editions are compared.
 */
import type { ReleaseInput } from "../domain/release.ts";

export type EditionContent = Omit<ReleaseInput, "id" | "embargo" | "change" | "note">;

/** Always in this order, so that the same text is the same JSON. */
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

/** The canonical JSON of an edition. */
export function contentJson(input: ReleaseInput): string {
  return JSON.stringify(Object.fromEntries(FIELDS.map((field) => [field, input[field]])));
}

export function parseContent(json: string): EditionContent {
  return JSON.parse(json) as EditionContent; // our own canonical JSON
}

/** The names of the fields in which two editions differ. */
export function changedFields(before: EditionContent, after: EditionContent): (keyof EditionContent)[] {
  return FIELDS.filter((field) => JSON.stringify(before[field]) !== JSON.stringify(after[field]));
}
