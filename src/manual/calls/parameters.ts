/**
 * Query parameters that several calls take.
 */
import { FILTER_FIELDS } from "../../domain/filter.ts";
import { PAGE_ROWS_MAX } from "../../domain/limits.ts";
import { PAGE_ROWS_DEFAULT } from "../../http/limits.ts";
import { RELEASE_EVENT_TYPES } from "../../domain/event.ts";
import type { Parameter } from "../call.ts";

const MEANS: Record<(typeof FILTER_FIELDS)[number], string> = {
  type: "Release type, such as `statement`",
  topic: "Topic of the registry",
  person: "Person of the registry",
  organisation: "Organisation of the registry",
  place: "Place of the registry",
  lang: "Language of the site, as a BCP 47 tag",
  q: 'Words, `"phrases"` and `-exclusions`',
};

/** The filter: a field given twice means any of its values, different fields mean all of them. */
export const filterParameters: readonly Parameter[] = ["", "not."].flatMap((prefix) =>
  FILTER_FIELDS.map((field) => ({
    name: prefix + field,
    description: prefix === "" ? MEANS[field] : `Excludes by \`${field}\``,
    schema: { type: "string" as const },
    repeated: true,
  })),
);

export const boundParameters: readonly Parameter[] = [
  { name: "from", description: "The first day, or an RFC 3339 instant", schema: { type: "string" } },
  { name: "to", description: "The last day, or an RFC 3339 instant", schema: { type: "string" } },
];

export const contentParameter: Parameter = {
  name: "content",
  description: "`summary` leaves out HTML and text",
  schema: { type: "string", enum: ["full", "summary"], default: "full" },
};

export const limitParameter: Parameter = {
  name: "limit",
  description: "The most rows of the page",
  schema: { type: "integer", minimum: 1, maximum: PAGE_ROWS_MAX, default: PAGE_ROWS_DEFAULT },
};

export const cursorParameter: Parameter = {
  name: "cursor",
  description: "The `next` of the page before",
  schema: { type: "string" },
};

export const afterParameter: Parameter = {
  name: "after",
  description: "The last sequence that the client has; events after it are answered",
  schema: { type: "integer", minimum: 0 },
};

export const eventTypesParameter: Parameter = {
  name: "events",
  description: "Event types; all but `release.revised` if left out",
  schema: { type: "string", enum: [...RELEASE_EVENT_TYPES] },
  repeated: true,
};

export const dryRunParameter: Parameter = {
  name: "dryRun",
  description: "`true`: judge and answer, but keep nothing",
  schema: { type: "string", enum: ["true", "false"], default: "false" },
};
