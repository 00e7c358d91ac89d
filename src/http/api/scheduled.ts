/**
 * For the admin: releases under embargo, and the states of all.
 */
import * as z from "zod/mini";
import { invalid as invalidResult, issuesIn, ok, parse, type Result } from "../../domain/issues.ts";
import { queryIssues } from "../../domain/query-names.ts";
import { newsroom } from "../../runtime/stubs.ts";
import { isAdmin, PRIVATE_HEADERS } from "../auth.ts";
import type { Context } from "../context.ts";
import { invalid, unauthorized } from "../problem.ts";
import { parseContent, parsePage } from "../query.ts";

/** `?status=`, in any case, as other parameters; undefined without it. */
export function statusParameter(c: Context): string | undefined {
  const { searchParams } = new URL(c.req.url);
  return [...searchParams].find(([name]) => name.toLowerCase() === "status")?.[1];
}

/** `GET /releases?status=embargoed`: soonest first. Only the admin may list by status. */
export async function getScheduled(c: Context): Promise<Response> {
  if (!(await isAdmin(c))) return unauthorized(c);
  const [status, page, cursor, content] = [
    parseStatus(c),
    parsePage(c, "page"),
    parseCursor(c),
    parseContent(c),
  ];
  if (!status.ok || !page.ok || !cursor.ok || !content.ok) {
    return invalid(c, issuesIn(status, page, cursor, content), "Nothing was read.");
  }
  const { releases, next } = await newsroom(c.env).listEmbargoed(cursor.value, page.value.limit);
  const data = content.value === "summary" ? releases.map(withoutContent) : releases;
  return c.json({ data, next: next && btoa(JSON.stringify(next)) }, 200, PRIVATE_HEADERS);
}

/** `GET /releases/states?after=ID`: the state of every release, by id. */
export async function getStates(c: Context): Promise<Response> {
  const after = c.req.query("after") ?? "";
  return c.json(await newsroom(c.env).states(after), 200, PRIVATE_HEADERS);
}

/** A release without HTML and text. */
export function withoutContent<R extends { content: unknown }>({
  content: _content,
  ...release
}: R): Omit<R, "content"> {
  return release;
}

function parseStatus(c: Context): Result<"embargoed"> {
  const unknown = queryIssues(new URL(c.req.url).search, ["status", "content", "cursor", "limit"]);
  if (unknown.length > 0) return invalidResult(...unknown);
  if (statusParameter(c) === "embargoed") return ok("embargoed");
  return invalidResult({ path: "/status", message: "must be embargoed; leave it out for public releases" });
}

const place = z.tuple([z.int(), z.string()]);

function parseCursor(c: Context): Result<z.output<typeof place> | undefined> {
  const given = c.req.query("cursor");
  if (given === undefined) return ok(undefined);
  try {
    const parsed = parse(place, JSON.parse(atob(given)));
    if (parsed.ok) return parsed;
  } catch {
    // It is neither base64 nor JSON.
  }
  return invalidResult({ path: "/cursor", message: "must be the next of an earlier page" });
}
