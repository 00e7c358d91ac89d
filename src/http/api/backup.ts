/**
 * Backup: `POST /backup` begins, `POST /backup?after=…` gives one page after the other, `DELETE /backup/ID` ends. The
 * archive that the command line writes holds the lines of all pages (cli/README.md).
 */
import * as z from "zod/mini";
import { seal } from "../../crypto/sealed.ts";
import { splitKeys } from "../../crypto/key-ring.ts";
import { readFileBytes } from "../../documents/file-store.ts";
import { FILE_HASH } from "../../domain/file.ts";
import { SCHEMA_VERSION } from "../../newsroom/store/schema.ts";
import { newsroom, subscriber } from "../../runtime/stubs.ts";
import { SCHEMA_VERSION as SUBSCRIBER_SCHEMA } from "../../subscriber/schema.ts";
import { PRIVATE_HEADERS } from "../auth.ts";
import type { Context } from "../context.ts";
import { BACKUP_UNITS_PER_PAGE, SUBREQUESTS_BESIDE_STEPS, SUBSCRIBERS_PER_PAGE } from "../limits.ts";
import { invalid, notFound, problem } from "../problem.ts";

/** The version of the archive. Another one is refused. */
export const BACKUP_VERSION = 1;
/** What each key of SECRETS_KEY seals for the header, and where: the place must not change. */
export const KEY_CHECK = { text: "communique backup", place: "backup" };

const scalar = z.union([z.string(), z.number(), z.null()]);
const place = z.object({ table: z.string(), after: z.optional(z.array(scalar)) });

/** `?after=`: Subscribers come first, each after the one before, then the ledger. */
const cursor = z.union([
  z.object({ backup: z.string(), ledger: z.nullable(place) }),
  z.object({ backup: z.string(), subscriber: z.string(), within: z.optional(place) }),
]);
type Cursor = z.output<typeof cursor>;

/** The lines are JSON already. */
interface Page {
  lines: string[];
  next: Cursor | null;
}

/** `POST /backup`: `{ lines, next }`. `next` is the `?after=` of the next page; null on the last one. */
export async function postBackup(c: Context): Promise<Response> {
  const after = c.req.query("after");
  if (after === undefined) return answer(c, await begin(c));
  const parsed = parseCursor(after);
  if (parsed === undefined) {
    const issue = { path: "/after", message: "must be the `next` of the page before, as it is" };
    return invalid(c, [issue], "Nothing was read.");
  }
  const page = "subscriber" in parsed ? await readSubscribers(c, parsed) : await readLedger(c, parsed);
  return page === null ? replaced(c) : answer(c, page);
}

/** `DELETE /backup/ID`: drops what the backup has kept of the ledger. */
export async function deleteBackup(c: Context): Promise<Response> {
  await newsroom(c.env).endBackup(c.req.param("backup") ?? "");
  return c.body(null, 204);
}

/** `GET /backup/files/SHA256`: the bytes of a file, public or not. */
export async function getFileBytes(c: Context): Promise<Response> {
  const sha256 = c.req.param("sha256") ?? "";
  if (!FILE_HASH.test(sha256)) return notFound(c);
  const bytes = await readFileBytes(c.env.DOCUMENTS, sha256);
  if (bytes === null) return notFound(c);
  return c.body(bytes, 200, { ...PRIVATE_HEADERS, "content-type": "application/octet-stream" });
}

async function begin(c: Context): Promise<Page> {
  const backup = crypto.randomUUID();
  const keys = splitKeys(c.env.SECRETS_KEY);
  const header = {
    communique: "backup",
    version: BACKUP_VERSION,
    schema: SCHEMA_VERSION,
    subscriberSchema: SUBSCRIBER_SCHEMA,
    backup,
    baseUrl: c.var.config.site.baseUrl,
    made: new Date().toISOString(),
    keys: await Promise.all(keys.map((key) => seal(key, KEY_CHECK.text, KEY_CHECK.place))),
  };
  await newsroom(c.env).beginBackup(backup);
  return { lines: [JSON.stringify(header)], next: { backup, subscriber: "" } };
}

async function readSubscribers(
  c: Context,
  { backup, subscriber: after, within }: Extract<Cursor, { subscriber: string }>,
): Promise<Page | null> {
  const limit = Math.min(c.var.config.subrequests - SUBREQUESTS_BESIDE_STEPS, SUBSCRIBERS_PER_PAGE);
  const following = await newsroom(c.env).backupSubscribers(backup, after, limit);
  if (following === null) return null;
  const lines: string[] = [];
  const ids = within === undefined ? following : [after];
  let units = 0;
  for (const id of ids) {
    const { lines: own, next } = await subscriber(c.env, id).readBackup(
      id === after ? (within ?? null) : null,
    );
    lines.push(...own);
    if (next !== null) return { lines, next: { backup, subscriber: id, within: next } };
    units += own.reduce((sum, each) => sum + each.length, 0);
    if (units > BACKUP_UNITS_PER_PAGE) return { lines, next: { backup, subscriber: id } };
  }
  const last = ids.at(-1);
  return { lines, next: last === undefined ? { backup, ledger: null } : { backup, subscriber: last } };
}

async function readLedger(
  c: Context,
  { backup, ledger }: Extract<Cursor, { ledger: unknown }>,
): Promise<Page | null> {
  const page = await newsroom(c.env).backupPage(backup, ledger);
  if (page === null) return null;
  const { lines, next } = page;
  return { lines, next: next === null ? null : { backup, ledger: next } };
}

function parseCursor(text: string): Cursor | undefined {
  try {
    return z.safeParse(cursor, JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}

function answer(c: Context, { lines, next }: Page): Response {
  const cursorJson = JSON.stringify(next === null ? null : JSON.stringify(next));
  const headers = { ...PRIVATE_HEADERS, "content-type": "application/json" };
  return c.body(`{"lines":[${lines.join()}],"next":${cursorJson}}`, 200, headers);
}

function replaced(c: Context): Response {
  return problem(c, {
    code: "backup-replaced",
    detail: "Another backup has begun, or this one has ended: begin again. Only one is made at a time.",
  });
}
