/**
 * Restore: `POST /restore` begins with the header of the archive, `POST /restore/ID` takes its lines, and
 * `POST /restore/ID/finish` opens the service.
 */
import * as z from "zod/mini";
import { UnreadableSecretError, unseal } from "../../crypto/sealed.ts";
import { FILE_HASH } from "../../domain/file.ts";
import { SCHEMA_VERSION } from "../../newsroom/store/schema.ts";
import { newsroom, renderer, subscriber } from "../../runtime/stubs.ts";
import { SCHEMA_VERSION as SUBSCRIBER_SCHEMA } from "../../subscriber/schema.ts";
import { PRIVATE_HEADERS } from "../auth.ts";
import type { Context } from "../context.ts";
import { RESTORED_PER_STEP, SUBREQUESTS_BESIDE_STEPS } from "../limits.ts";
import { invalid, problem } from "../problem.ts";
import { BACKUP_VERSION, KEY_CHECK } from "./backup.ts";

export const restoreHeader = z.object({
  communique: z.literal("backup"),
  version: z.number(),
  schema: z.number(),
  subscriberSchema: z.number(),
  backup: z.string().check(z.minLength(1), z.maxLength(100)),
  keys: z.array(z.string()).check(z.maxLength(10)),
});

const rows = {
  table: z.string(),
  columns: z.array(z.string()),
  rows: z.array(z.array(z.union([z.string(), z.number(), z.null()]))),
};
const line = z.union([
  z.object({ subscriber: z.string(), values: z.record(z.string(), z.unknown()) }),
  z.object({ subscriber: z.string(), ...rows }),
  z.object(rows),
]);
export const restoreLines = z.object({ lines: z.array(line) });
export const restoreEnd = z.object({ rows: z.record(z.string(), z.number()) });

/** `POST /restore`: `{ phase }`. As long as that is `clearing`, the client calls `POST /restore/ID/clear`. */
export async function postRestore(c: Context, header: z.output<typeof restoreHeader>): Promise<Response> {
  const { version, schema, subscriberSchema, backup } = header;
  if (version !== BACKUP_VERSION || schema !== SCHEMA_VERSION || subscriberSchema !== SUBSCRIBER_SCHEMA) {
    return problem(c, {
      code: "unsupported-backup",
      detail: `The backup has version ${version} with the tables ${schema}.${subscriberSchema}; this service has version ${BACKUP_VERSION} with the tables ${SCHEMA_VERSION}.${SUBSCRIBER_SCHEMA}. Deploy the version of the program that made the backup, restore, and upgrade then. Nothing was changed.`,
    });
  }
  if (!(await opensAll(c.env.SECRETS_KEY, header.keys))) {
    return problem(c, {
      code: "wrong-secrets-key",
      detail:
        "SECRETS_KEY of this service does not hold each key of the service that the backup was made of, so subscriptions would lose their secrets and tokens. Set the SECRETS_KEY that service had, then restore. Nothing was changed.",
    });
  }
  const phase = await newsroom(c.env).beginRestore(backup, callsOf(c));
  if (phase !== null) return c.json({ phase, baseUrl: c.var.config.site.baseUrl }, 200, PRIVATE_HEADERS);
  return problem(c, {
    code: "service-not-empty",
    detail:
      "This service has releases, events or subscriptions. Restore into a new one: deploy under another name (npm run deploy -- --name NAME), or start one with npm start -- --no-content --persist-to DIR. Nothing was changed.",
  });
}

/** `POST /restore/ID/clear`: one more step of what `POST /restore` began. */
export async function postClear(c: Context): Promise<Response> {
  const phase = await newsroom(c.env).clearForRestore(backupOf(c), callsOf(c));
  return phase === null ? noRestore(c) : c.json({ phase }, 200, PRIVATE_HEADERS);
}

/** `POST /restore/ID`: takes lines of the archive. Lines that were sent before change nothing. */
export async function postRestoreLines(
  c: Context,
  { lines }: z.output<typeof restoreLines>,
): Promise<Response> {
  const own = lines.flatMap((each) => ("subscriber" in each ? [each] : []));
  const bySubscriber = Map.groupBy(own, ({ subscriber: id }) => id);
  const tables = lines.flatMap((each) => ("subscriber" in each ? [] : [each]));
  const refused = await newsroom(c.env).restoreRows(backupOf(c), tables, [...bySubscriber.keys()]);
  if (refused === "no-restore") return noRestore(c);
  if (refused !== null) return refuse(c, refused);
  for (const [id, each] of bySubscriber) {
    const issue = await subscriber(c.env, id).restore(JSON.stringify(each));
    if (issue !== null) return refuse(c, issue);
  }
  return c.json({ taken: lines.length }, 200, PRIVATE_HEADERS);
}

/** `PUT /restore/ID/files/SHA256`: takes the bytes of a file. */
export async function putRestoredFile(c: Context): Promise<Response> {
  const sha256 = c.req.param("sha256") ?? "";
  const { body } = c.req.raw;
  if (!FILE_HASH.test(sha256) || body === null) {
    return invalid(c, [{ path: "/sha256", message: "must be the hash of a file with bytes" }]);
  }
  const result = await renderer(c.env).storeFile(sha256, body, undefined);
  if (result.kind === "stored") return c.json({ sha256 }, 200, PRIVATE_HEADERS);
  return problem(c, {
    code: "wrong-file-hash",
    detail: `The bytes of ${sha256} are not what the backup says (${result.kind}). Restore the archive again.`,
  });
}

/** `POST /restore/ID/finish`: `{ waiting }`, the Subscribers that do not send yet. At 0 the restore is done. */
export async function postFinish(
  c: Context,
  { rows: counts }: z.output<typeof restoreEnd>,
): Promise<Response> {
  const done = await newsroom(c.env).finishRestore(backupOf(c), counts, callsOf(c));
  if (done === null) return noRestore(c);
  const { waiting, differing } = done;
  if (differing.length === 0) return c.json({ waiting }, 200, PRIVATE_HEADERS);
  return problem(c, {
    code: "incomplete-restore",
    detail: `Not all rows have arrived (${differing.join(", ")}): restore the archive again. The service stays closed.`,
  });
}

/** `DELETE /restore`: empties a service whose restore was cut off, and opens it. `{ done }`; until then, call again. */
export async function deleteRestore(c: Context): Promise<Response> {
  const done = await newsroom(c.env).discardRestore(callsOf(c));
  return done === null ? noRestore(c) : c.json({ done }, 200, PRIVATE_HEADERS);
}

/** Whether SECRETS_KEY holds the key that sealed each of these. */
async function opensAll(secretsKey: string, sealed: readonly string[]): Promise<boolean> {
  try {
    for (const each of sealed) {
      if ((await unseal(secretsKey, each, KEY_CHECK.place)) !== KEY_CHECK.text) return false;
    }
    return sealed.length > 0;
  } catch (error) {
    if (error instanceof UnreadableSecretError) return false;
    throw error;
  }
}

function backupOf(c: Context): string {
  return c.req.param("backup") ?? "";
}

/** Calls of KV and of Subscribers that the Newsroom may make for one request. */
function callsOf(c: Context): number {
  return Math.min(c.var.config.subrequests - SUBREQUESTS_BESIDE_STEPS, RESTORED_PER_STEP);
}

function noRestore(c: Context): Response {
  return problem(c, {
    code: "no-restore",
    detail:
      "This restore is not in progress: it is done, or another one has begun. If it is not done, run it again.",
  });
}

function refuse(c: Context, why: string): Response {
  return invalid(c, [{ path: "/lines", message: why }], "The lines were not taken.");
}
