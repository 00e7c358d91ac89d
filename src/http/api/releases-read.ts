/**
 * Releases for programs (CONTRACT 6).
 */
import type { Context } from "hono";
import { releaseId, type ReleaseView } from "../../domain/release.ts";
import { newsroom } from "../../runtime/stubs.ts";
import { configOf } from "../../config.ts";
import { PRIVATE_HEADERS, isAdmin } from "../auth.ts";
import { getDocument } from "../documents/get-document.ts";
import { boundsOf, contentOf, filterOf, pageOf } from "../query.ts";
import { issuesIn, parse } from "../../domain/issues.ts";
import { invalid, notFound } from "../problem.ts";

type App = { Bindings: Env };

/** `GET /releases/ID`; the press office sees embargoed and killed ones too. */
export async function getRelease(c: Context<App>): Promise<Response> {
  if (!(await isAdmin(c))) return getDocument(c);
  const id = parse(releaseId, c.req.param("id"));
  const release = id.ok ? await newsroom(c.env).getForAdmin(id.value) : null;
  // The ETag is what If-Match takes of a change.
  return release ? c.json(release, 200, { ...PRIVATE_HEADERS, etag: `"${release.edition}"` }) : notFound(c);
}

/** `GET /releases?…`: newest first; with `content=summary` without the texts. */
export async function getReleases(c: Context<App>): Promise<Response> {
  const [asked, bounds, content, page] = [
    filterOf(c),
    boundsOf(c, configOf(c.env).site.timeZone),
    contentOf(c),
    pageOf(c, "cursor"),
  ];
  if (!asked.ok || !bounds.ok || !content.ok || !page.ok)
    return invalid(c, issuesIn(asked, bounds, content, page), "Nothing was looked up.");
  const { limit, cursor } = page.value;
  const found = await newsroom(c.env).list({ filter: asked.value, ...bounds.value, before: cursor }, limit);
  const data = content.value === "summary" ? found.releases.map(withoutText) : found.releases;
  return c.json({ data, next: found.next === null ? null : String(found.next) }, 200, SHORT_LIVED);
}

function withoutText({ content: _content, ...release }: ReleaseView): Omit<ReleaseView, "content"> {
  return release;
}

/** What changes at any time, and may be a second old. */
export const SHORT_LIVED = { "cache-control": "public, max-age=1", "access-control-allow-origin": "*" };
