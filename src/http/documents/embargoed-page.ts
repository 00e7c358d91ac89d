/**
 * The page of a release under embargo, for the admin alone.
 */
import { parseDocumentPath } from "../../documents/paths.ts";
import { newsroom } from "../../runtime/stubs.ts";
import { releasePage } from "../../site/release-page.ts";
import { isAdmin, PRIVATE_HEADERS } from "../auth.ts";
import type { Context } from "../context.ts";
import { costOf } from "../request-log.ts";
import { pageHeaders } from "./response.ts";
import { siteOf } from "./site.ts";

/**
 * Rendered for this one answer: nothing of it is kept in KV or in memory.
 *
 * @param path at which readers find nothing
 * @returns undefined without the admin token, and if no release under embargo has this address
 */
export async function embargoedPage(c: Context, path: string): Promise<Response | undefined> {
  if (c.req.header("authorization") === undefined || !(await isAdmin(c))) return undefined;
  const place = parseDocumentPath(path, c.var.config.site.languages);
  if (place?.kind !== "release") return undefined;
  costOf(c.req.raw).objectCalls += 1;
  const release = await newsroom(c.env).getEmbargoed(place.lang, place.slug);
  if (release === null) return undefined;
  const { embargo, behind, ...view } = release;
  // It has no dates of its publication yet.
  const html = releasePage({ ...view, published: "", updated: "" }, path, await siteOf(c), {
    embargo,
    behind,
  });
  return c.body(html, 200, { ...pageHeaders("private, no-store"), ...PRIVATE_HEADERS });
}
