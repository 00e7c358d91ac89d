/**
 * The editions of a release, and the differences between two of them, word by word.
 */
import { diffWords } from "diff";
import { parse } from "../../domain/issues.ts";
import { releaseId } from "../../domain/release.ts";
import {
  changedFields,
  type EditionContent,
  editionSummary,
  type EditionView,
} from "../../newsroom/store/editions.ts";
import { newsroom } from "../../runtime/stubs.ts";
import { isAdmin, PRIVATE_HEADERS } from "../auth.ts";
import type { Context } from "../context.ts";
import { DIFF_EDITS_MAX } from "../limits.ts";
import { notFound } from "../problem.ts";

/** Cached for a minute only: an edition never changes, but its release may be killed. */
const PUBLIC_HEADERS = {
  "cache-control": "public, max-age=60",
  "access-control-allow-origin": "*",
  // The admin gets another answer.
  vary: "Authorization",
};

type Read =
  | { ok: true; editions: EditionView[]; headers: Record<string, string> }
  | { ok: false; response: Response };

/** `GET /releases/ID/editions`: every public edition, oldest first; for the admin, embargoed ones too. */
export async function getEditions(c: Context): Promise<Response> {
  const read = await readEditions(c);
  return read.ok
    ? c.json({ data: read.editions.map(editionSummary), next: null }, 200, read.headers)
    : read.response;
}

/** `GET /releases/ID/editions/N` */
export async function getEdition(c: Context): Promise<Response> {
  const read = await readEditions(c, c.req.param("edition"));
  if (!read.ok) return read.response;
  const [edition] = read.editions;
  return edition ? c.json(edition, 200, read.headers) : notFound(c);
}

/** `GET /releases/ID/editions/N/diff/M` */
export async function getDifference(c: Context): Promise<Response> {
  const from = await readEditions(c, c.req.param("edition"));
  if (!from.ok) return from.response;
  const to = await readEditions(c, c.req.param("other"));
  if (!to.ok) return to.response;
  const [[before], [after]] = [from.editions, to.editions];
  return before && after ? c.json(differenceOf(before, after), 200, to.headers) : notFound(c);
}

/** All editions, or the one with a number. 404 and 410 as for the release itself. */
async function readEditions(c: Context, number?: string): Promise<Read> {
  const id = parse(releaseId, c.req.param("id"));
  if (!id.ok || (number !== undefined && !/^[1-9]\d{0,8}$/.test(number))) {
    return { ok: false, response: notFound(c) };
  }
  const only = number === undefined ? undefined : Number(number);
  if (await isAdmin(c)) {
    const editions = await newsroom(c.env).editionsForAdmin(id.value, only);
    return editions ? { ok: true, editions, headers: PRIVATE_HEADERS } : { ok: false, response: notFound(c) };
  }
  const found = await newsroom(c.env).editions(id.value, only);
  switch (found.kind) {
    case "unknown":
      return { ok: false, response: notFound(c) };
    case "killed":
      return { ok: false, response: c.json(found.release, 410, PUBLIC_HEADERS) };
    case "found":
      return { ok: true, editions: found.editions, headers: PUBLIC_HEADERS };
  }
}

/** A part of a text: in both editions, only in the newer, or only in the older. */
interface DiffPart {
  op: "equal" | "insert" | "delete";
  text: string;
}

const TEXTS = ["title", "summary", "body"] as const;

/** The fields that differ: texts word by word, other fields as `from` and `to`. */
function differenceOf(before: EditionView, after: EditionView): Record<string, unknown> {
  const fields = changedFields(before, after).map((name) => [
    name,
    isText(name)
      ? diffTexts(before[name], after[name], after.lang)
      : { from: before[name] ?? null, to: after[name] ?? null },
  ]);
  return { id: after.id, from: before.edition, to: after.edition, fields: Object.fromEntries(fields) };
}

function isText(name: keyof EditionContent): name is (typeof TEXTS)[number] {
  return TEXTS.some((text) => text === name);
}

/** Splits words by the rules of the language: not every script puts spaces between them. */
function diffTexts(before: string, after: string, lang: string): DiffPart[] {
  const segmenter = new Intl.Segmenter(lang, { granularity: "word" });
  const found = diffWords(before, after, { intlSegmenter: segmenter, maxEditLength: DIFF_EDITS_MAX });
  // Comparing two texts with little in common takes quadratic time, and its result is of no use.
  if (found === undefined) {
    return [
      { op: "delete", text: before },
      { op: "insert", text: after },
    ];
  }
  return found.map(({ added, removed, value }) => ({
    op: added ? "insert" : removed ? "delete" : "equal",
    text: value,
  }));
}
