/**
 * What an office may publish, given what already stands: each rule a fault with its way out.
 */
import type { Issue } from "../../domain/issues.ts";
import { dayOf, formatInstant, type Instant, parseInstant, parseReleaseDate } from "../../domain/dates.ts";
import type { ReleaseInput } from "../../domain/release.ts";
import { contentJson } from "../store/editions.ts";
import type { ReleaseRow } from "../store/releases.ts";

/** @param now seconds since 1970 */
export function validateEdition(
  input: ReleaseInput,
  present: ReleaseRow | undefined,
  site: { languages: readonly string[]; timeZone: string },
  now: Instant,
): Issue[] {
  return [
    ...checkLanguage(input, site.languages),
    ...checkDate(input, site.timeZone, now),
    ...(present === undefined ? [] : checkStatus(input, present, now)),
  ];
}

function checkLanguage(input: ReleaseInput, languages: readonly string[]): Issue[] {
  if (languages.includes(input.lang)) return [];
  return [
    { path: "/lang", message: `must be one of the site's languages (LANGUAGES): ${languages.join(", ")}` },
  ];
}

/** A text dated tomorrow is a mistake, unless it is held back until then. */
function checkDate(input: ReleaseInput, timeZone: string, now: Instant): Issue[] {
  const embargo = input.embargo === undefined ? now : (parseInstant(input.embargo) ?? now);
  const seenFrom = Math.max(now, embargo);
  const date = parseReleaseDate(input.date);
  const late =
    date?.precision === "day" ? date.day > dayOf(seenFrom, timeZone) : (date?.instant ?? now) > seenFrom;
  if (!late) return [];
  return [
    {
      path: "/date",
      message:
        seenFrom > now
          ? `must not be after the embargo, ${formatInstant(seenFrom)}`
          : "must not be in the future; to publish later, give an embargo",
    },
  ];
}

function checkStatus(input: ReleaseInput, present: ReleaseRow, now: Instant): Issue[] {
  switch (present.status) {
    case "embargoed":
      return [];
    case "published":
      return checkPublicEdition(input, present, now);
    case "withdrawn":
    case "killed":
      if (contentJson(input) === present.content) return [];
      return [{ path: "", message: `the release is ${present.status}; reinstate it before you change it` }];
  }
}

/** Readers have seen this release: whoever changes it says how, and cannot hide it again. */
function checkPublicEdition(input: ReleaseInput, present: ReleaseRow, now: Instant): Issue[] {
  const issues: Issue[] = [];
  const embargo = input.embargo === undefined ? undefined : parseInstant(input.embargo);
  if (embargo !== undefined && embargo > now) {
    issues.push({ path: "/embargo", message: "cannot be set: the release has already been published" });
  }
  const differs = contentJson(input) !== present.content;
  if (differs && input.change === undefined) {
    issues.push({
      path: "/change",
      message:
        `is required: this differs from edition ${present.edition}, which is public; ` +
        "say minor (a typo: no one is told) or major (readers are told, with a note)",
    });
  }
  if (differs && input.change === "major" && input.note === undefined) {
    issues.push({ path: "/note", message: "is required for a major change: say what changed, for readers" });
  }
  return issues;
}
