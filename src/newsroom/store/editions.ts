/**
 * The content of editions, as stored.
 */
import { CONTENT_FIELDS, type EditionContent } from "../../domain/edition-content.ts";

/**
 * The number of an edition for readers: 1 is the edition with which the release became public. The stored
 * number would tell how often the text was edited under its embargo.
 */
export function publicNumber(edition: number, firstSeen: number): number {
  return edition - firstSeen + 1;
}

/** @param json from `contentJson` */
export function parseContent(json: string): EditionContent {
  return JSON.parse(json) as EditionContent;
}

/** The names of the fields in which two editions differ. */
export function changedFields(before: EditionContent, after: EditionContent): (keyof EditionContent)[] {
  return CONTENT_FIELDS.filter((field) => JSON.stringify(before[field]) !== JSON.stringify(after[field]));
}
