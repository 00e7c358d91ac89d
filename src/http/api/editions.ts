/**
 * The editions of a release over HTTP, and what two of them say differently, word by word.
 */
import { diffWords } from "diff";
import type { Context } from "hono";
import { releaseId } from "../../domain/release.ts";
import { DIFF_EDITS_MAX } from "../limits.ts";
import {
  changedFields,
  type EditionContent,
  editionSummary,
  type EditionView,
} from "../../newsroom/store/editions.ts";
import { newsroom } from "../../runtime/stubs.ts";
import { PRIVATE_HEADERS, isAdmin } from "../auth.ts";
import { parse } from "../../domain/issues.ts";
import { notFound } from "../problem.ts";

type App = { Bindings: Env };

/** What differs: text as it was (`delete`), as it is (`insert`), and as it stayed (`equal`). */
interface Part {
  op: "equal" | "insert" | "delete";
  text: string;
}

const TEXTS = ["title", "summary", "body"] as const;

/** Kept for a minute: an edition never changes, but its release may be killed. */
const FOR_ALL = { "cache-control": "public, max-age=60", "access-control-allow-origin": "*" };

type Read =
  | { ok: true; editions: EditionView[]; headers: Record<string, string> }
  | { ok: false; response: Response };

/** `GET /releases/ID/editions`: all that were seen, oldest first; the press office sees the others, too. */
export async function getEditions(c: Context<App>): Promise<Response> {
  const read = await editionsOf(c);
  return read.ok
    ? c.json({ data: read.editions.map(editionSummary), next: null }, 200, read.headers)
    : read.response;
}

/** `GET /releases/ID/editions/N` */
export async function getEdition(c: Context<App>): Promise<Response> {
  const read = await editionsOf(c, c.req.param("edition"));
  if (!read.ok) return read.response;
  const [edition] = read.editions;
  return edition ? c.json(edition, 200, read.headers) : notFound(c);
}

/** `GET /releases/ID/editions/N/diff/M` */
export async function getDifference(c: Context<App>): Promise<Response> {
  const [from, to] = [await editionsOf(c, c.req.param("edition")), await editionsOf(c, c.req.param("other"))];
  if (!from.ok) return from.response;
  if (!to.ok) return to.response;
  const [[before], [after]] = [from.editions, to.editions];
  return before && after ? c.json(difference(before, after), 200, to.headers) : notFound(c);
}

/** All editions, or the one whose number is given; 404, 410, or what only the office sees, as for the release itself. */
async function editionsOf(c: Context<App>, number?: string): Promise<Read> {
  const id = parse(releaseId, c.req.param("id"));
  if (!id.ok || (number !== undefined && !/^[1-9]\d{0,8}$/.test(number)))
    return { ok: false, response: notFound(c) };
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
      return { ok: false, response: c.json(found.release, 410, FOR_ALL) };
    case "found":
      return { ok: true, editions: found.editions, headers: FOR_ALL };
  }
}

/** Texts word by word, everything else as it was and is. */
function difference(before: EditionView, after: EditionView): Record<string, unknown> {
  const fields = changedFields(before, after).map((name) => [
    name,
    isText(name)
      ? parts(before[name], after[name], after.lang)
      : { from: before[name] ?? null, to: after[name] ?? null },
  ]);
  return { id: after.id, from: before.edition, to: after.edition, fields: Object.fromEntries(fields) };
}

function isText(name: keyof EditionContent): name is (typeof TEXTS)[number] {
  return TEXTS.some((text) => text === name);
}

/** Words by the language's own rules: not every script has spaces between them. */
function parts(before: string, after: string, lang: string): Part[] {
  const segmenter = new Intl.Segmenter(lang, { granularity: "word" });
  const found = diffWords(before, after, { intlSegmenter: segmenter, maxEditLength: DIFF_EDITS_MAX });
  // Two texts with little in common take quadratic time, and say nothing word by word.
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
