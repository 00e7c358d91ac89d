/**
 * Releases for programs: one, and lists.
 */
import { issuesIn, parse } from "../../domain/issues.ts";
import { releaseId } from "../../domain/release.ts";
import { newsroom } from "../../runtime/stubs.ts";
import { isAdmin, PRIVATE_HEADERS } from "../auth.ts";
import { getScheduled, statusParameter, withoutContent } from "./scheduled.ts";
import type { Context } from "../context.ts";
import { getDocument } from "../documents/get-document.ts";
import { nameNearestValues } from "../documents/nearest-values.ts";
import { invalid, notFound } from "../problem.ts";
import { parseBounds, parseContent, parseFilter, parsePage } from "../query.ts";

/** For lists that change at any time and may be a second old. */
export const SHORT_LIVED = { "cache-control": "public, max-age=1", "access-control-allow-origin": "*" };

/** `GET /releases/ID`. The admin sees embargoed and killed releases too. */
export async function getRelease(c: Context): Promise<Response> {
  if (!(await isAdmin(c))) return getDocument(c);
  const id = parse(releaseId, c.req.param("id"));
  const release = id.ok ? await newsroom(c.env).getForAdmin(id.value) : null;
  if (release === null) return notFound(c);
  // A publish takes this ETag as If-Match.
  return c.json(release, 200, { ...PRIVATE_HEADERS, etag: `"${release.edition}"` });
}

/** `GET /releases?…`: newest first. `content=summary` leaves out HTML and text. */
export async function getReleases(c: Context): Promise<Response> {
  if (statusParameter(c) !== undefined) return getScheduled(c);
  const [filter, bounds, content, page] = [
    parseFilter(c, ["from", "to", "content", "cursor", "limit", "status"]),
    parseBounds(c),
    parseContent(c),
    // The cursor is an instant, and releases can be older than 1970.
    parsePage(c, "cursor", -Number.MAX_SAFE_INTEGER),
  ];
  if (!filter.ok || !bounds.ok || !content.ok || !page.ok) {
    return invalid(c, issuesIn(filter, bounds, content, page), "Nothing was read.");
  }
  const { limit, cursor } = page.value;
  const query = { filter: filter.value, ...bounds.value, before: cursor };
  const found = await newsroom(c.env).list(query, limit);
  if (found.kind === "unknown")
    return invalid(c, await nameNearestValues(c, found.values), "Nothing was read.");
  const { releases, next } = found;
  const data = content.value === "summary" ? releases.map(withoutContent) : releases;
  return c.json({ data, next: next === null ? null : String(next) }, 200, SHORT_LIVED);
}
