/**
 * What may be published, given what the ledger has: each rule gives an issue that says what to do.
 */
import { dayOf, formatInstant, type Instant, parseInstant, parseReleaseDate } from "../../domain/dates.ts";
import type { Issue } from "../../domain/issues.ts";
import { activeEmbargo, checkReallyMinor, checkRetraction, type ReleaseInput } from "../../domain/release.ts";
import { contentJson } from "../../domain/edition-content.ts";
import type { ReleaseRow } from "../store/releases.ts";

/** @param present the release as the ledger has it; undefined for a new one */
export function validateEdition(
  input: ReleaseInput,
  present: ReleaseRow | undefined,
  site: { languages: readonly string[]; timeZone: string },
  now: Instant,
): Issue[] {
  return [
    ...checkLanguage(input, site.languages),
    ...checkDate(input, site.timeZone, now),
    ...checkRetraction(input),
    ...checkReallyMinor(input),
    ...checkFileStatus(input, present, now),
    ...(present === undefined ? [] : checkAgainstPresent(input, present, now)),
  ];
}

function checkLanguage(input: ReleaseInput, languages: readonly string[]): Issue[] {
  if (languages.includes(input.lang)) return [];
  const message = `must be one of the site's languages (LANGUAGES): ${languages.join(", ")}`;
  return [{ path: "/lang", message }];
}

/** The date may not be later than the moment at which the release becomes public. */
function checkDate(input: ReleaseInput, timeZone: string, now: Instant): Issue[] {
  const embargo = activeEmbargo(input, now);
  const publicFrom = embargo ?? now;
  const date = parseReleaseDate(input.date);
  const isLate =
    date?.precision === "day" ? date.day > dayOf(publicFrom, timeZone) : (date?.instant ?? now) > publicFrom;
  if (!isLate) return [];
  const message =
    embargo === null
      ? "must not be in the future; to publish later, set an embargo"
      : `must not be after the embargo, ${formatInstant(embargo)}`;
  return [{ path: "/date", message }];
}

/** Whether a release was killed before its embargo ended: then nobody may learn of it. */
export function isKilledUnseen(
  { status, updated, embargo }: ReleaseInput,
  present: ReleaseRow | undefined,
): boolean {
  if (status !== "killed") return false;
  if (present?.status === "embargoed") return true;
  return updated !== undefined && embargo !== undefined && Date.parse(updated) < Date.parse(embargo);
}

/** Why the ledger cannot take the `status` and `updated` that the content file gives the release. */
function checkFileStatus(input: ReleaseInput, present: ReleaseRow | undefined, now: Instant): Issue[] {
  const updated = input.updated === undefined ? undefined : parseInstant(input.updated);
  if (updated !== undefined && updated > now)
    return [{ path: "/updated", message: "must not be in the future" }];
  if (input.status !== "withdrawn") return [];
  if (present?.status === "killed") {
    return [
      { path: "/status", message: "must be killed, as the release is; reinstate it before you withdraw it" },
    ];
  }
  if ((present?.firstSeen ?? null) !== null || activeEmbargo(input, now) === null) return [];
  return [
    {
      path: "/status",
      message: "cannot be withdrawn: the release is not public yet; remove the status, or kill it",
    },
  ];
}

function checkAgainstPresent(input: ReleaseInput, present: ReleaseRow, now: Instant): Issue[] {
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

/**
 * Whether an edition has the same content as the public one before it, and another note: so an office corrects a note.
 * The first public edition has none.
 */
export function correctsNote(input: ReleaseInput, present: ReleaseRow): boolean {
  const { change, note } = input;
  return (
    present.status === "published" &&
    present.edition > (present.firstSeen ?? present.edition) &&
    change !== undefined &&
    note !== undefined &&
    note !== present.note &&
    contentJson(input) === present.content
  );
}

/** A public release cannot be embargoed again, and each change of it needs a kind. */
function checkPublicEdition(input: ReleaseInput, present: ReleaseRow, now: Instant): Issue[] {
  const isChanged = contentJson(input) !== present.content;
  const issues = checkFollows(input, present, isChanged);
  if (activeEmbargo(input, now) !== null) {
    issues.push({ path: "/embargo", message: "cannot be set: the release is already public" });
  }
  if (!isChanged) return issues;
  if (input.change === undefined) {
    issues.push({
      path: "/change",
      message:
        `is required: the content differs from edition ${present.edition}, which is public; ` +
        "set minor (a typo: readers are not notified) or major (readers are notified, with a note)",
    });
  }
  if (input.change === "major" && input.note === undefined) {
    issues.push({ path: "/note", message: "is required for a major change: tell readers what changed" });
  }
  if (input.note !== undefined && input.note === present.note) {
    issues.push({
      path: "/note",
      message:
        `is the note of edition ${present.edition}, left over: say what has changed since then, ` +
        "or, for a typo, set change to minor and remove the note",
    });
  }
  return issues;
}

/** Whether an edition says for the first time that it has caught up with the translation that it was behind. */
export function catchesUp({ follows }: ReleaseInput, present: ReleaseRow): boolean {
  return follows !== undefined && follows === present.behindEdition && follows !== present.follows;
}

/**
 * A content file keeps the number of `follows` that its last edition had. That is no fault as long as the text stays
 * the same. With a new text, the office must remove or change it.
 */
function checkFollows(input: ReleaseInput, present: ReleaseRow, isChanged: boolean): Issue[] {
  const { follows } = input;
  if (follows === undefined || catchesUp(input, present)) return [];
  const isLeftOver = follows === present.follows;
  if (!isChanged && (isLeftOver || present.behind === null)) return [];
  if (present.behind === null || isLeftOver) {
    const why = isLeftOver
      ? "left over from an earlier edition"
      : "without effect: this release is behind no corrected translation";
    return [{ path: "/follows", message: `is ${why}; remove it` }];
  }
  const message = `must be ${present.behindEdition}: the corrected translation that this release is behind, ${present.behind}, is at that edition`;
  return [{ path: "/follows", message }];
}
