/**
 * The content of an edition, by which the service and the command line know whether a release differs.
 */
import type { ReleaseInput } from "./release.ts";

/** The content of an edition, without its embargo, change, note and follows: the fields by which editions differ. */
export type EditionContent = Omit<ReleaseInput, "id" | "embargo" | "change" | "note" | "follows">;

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

/** The canonical JSON of an edition's content. */
export function contentJson(input: ReleaseInput): string {
  return JSON.stringify(Object.fromEntries(CONTENT_FIELDS.map((field) => [field, input[field]])));
}
