/**
 * The editions of a release, and the differences between two of them, word by word.
 */
import { type DiffPart, diffTexts } from "../../domain/difference.ts";
import { parse } from "../../domain/issues.ts";
import { releaseId } from "../../domain/release.ts";
import { withoutComments } from "../../markdown/comments.ts";
import type { EditionView, Readable } from "../../newsroom/store/edition-views.ts";
import { isTextField } from "../../domain/edition-content.ts";
import { changedFields } from "../../newsroom/store/editions.ts";
import { newsroom } from "../../runtime/stubs.ts";
import { isAdmin, PRIVATE_HEADERS } from "../auth.ts";
import type { Context } from "../context.ts";
import { DIFF_EDITS_MAX } from "../limits.ts";
import { invalid, notFound } from "../problem.ts";
import { parsePage } from "../query.ts";

/** Cached for a minute only: an edition never changes, but its release may be killed. */
const PUBLIC_HEADERS = {
  "cache-control": "public, max-age=60",
  "access-control-allow-origin": "*",
  // The admin gets another answer.
  vary: "Authorization",
};

/** A value with the headers of its answer, or the answer that there is none: 404 and 410 as for the release itself. */
type Read<T> = { ok: true; value: T; headers: Record<string, string> } | { ok: false; response: Response };

/**
 * `GET /releases/ID/editions?limit=&cursor=`: the public editions, oldest first; for the admin, embargoed ones
 * too.
 */
export async function getEditions(c: Context): Promise<Response> {
  const page = parsePage(c, "cursor");
  if (!page.ok) return invalid(c, page.issues, "Nothing was read.");
  const { limit, cursor = 0 } = page.value;
  const read = await readFrom(c, (id, admin) =>
    newsroom(c.env).editions(id, { after: cursor, limit }, admin),
  );
  if (!read.ok) return read.response;
  const { data, next } = read.value;
  return c.json({ data, next: next === null ? null : String(next) }, 200, read.headers);
}

/** `GET /releases/ID/editions/N`: to readers, without the comments in its Markdown. */
export async function getEdition(c: Context): Promise<Response> {
  const read = await readEdition(c, c.req.param("edition"));
  return read.ok ? c.json(read.value, 200, read.headers) : read.response;
}

/** `GET /releases/ID/editions/N/diff/M` */
export async function getDifference(c: Context): Promise<Response> {
  const from = await readEdition(c, c.req.param("edition"));
  if (!from.ok) return from.response;
  const to = await readEdition(c, c.req.param("other"));
  return to.ok ? c.json(differenceOf(from.value, to.value), 200, to.headers) : to.response;
}

async function readEdition(c: Context, number = ""): Promise<Read<EditionView>> {
  if (!/^[1-9]\d{0,8}$/.test(number)) return { ok: false, response: notFound(c) };
  return readFrom(c, async (id, admin) => {
    const found = await newsroom(c.env).edition(id, Number(number), admin);
    if (admin || found.kind !== "found") return found;
    return { ...found, value: { ...found.value, body: withoutComments(found.value.body) } };
  });
}

async function readFrom<T>(
  c: Context,
  read: (id: string, isAdmin: boolean) => Promise<Readable<T>>,
): Promise<Read<T>> {
  const id = parse(releaseId, c.req.param("id"));
  if (!id.ok) return { ok: false, response: notFound(c) };
  const admin = await isAdmin(c);
  const found = await read(id.value, admin);
  switch (found.kind) {
    case "unknown":
      return { ok: false, response: notFound(c) };
    case "killed":
      return { ok: false, response: c.json(found.release, 410, PUBLIC_HEADERS) };
    case "found":
      return { ok: true, value: found.value, headers: admin ? PRIVATE_HEADERS : PUBLIC_HEADERS };
  }
}

/** The fields that differ: texts word by word, other fields as `from` and `to`. */
function differenceOf(before: EditionView, after: EditionView): Record<string, unknown> {
  const fields = changedFields(before, after).map((name) => [
    name,
    isTextField(name)
      ? diffOrBoth(before[name], after[name], after.lang)
      : { from: before[name] ?? null, to: after[name] ?? null },
  ]);
  return { id: after.id, from: before.edition, to: after.edition, fields: Object.fromEntries(fields) };
}

/** Beyond the limit the result is of no use: then it is the old text and the new text. */
function diffOrBoth(before: string, after: string, lang: string): DiffPart[] {
  return (
    diffTexts(before, after, lang, { editsMax: DIFF_EDITS_MAX }) ?? [
      { op: "delete", text: before },
      { op: "insert", text: after },
    ]
  );
}
