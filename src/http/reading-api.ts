/**
 * Releases and events for programs (CONTRACT 6).
 */
import type { Context } from "hono";
import { releaseEventJson } from "../domain/event.ts";
import { releaseId, type ReleaseView } from "../domain/release.ts";
import { newsroom } from "../objects.ts";
import { settingsOf } from "../settings.ts";
import { FOR_THE_OFFICE, isAdmin } from "./auth.ts";
import { getDocument } from "./documents.ts";
import { boundsOf, filterOf, pageOf } from "./filter-query.ts";
import { parse } from "../domain/fault.ts";
import { invalid, notFound } from "./problem.ts";

type App = { Bindings: Env };

/** `GET /releases/ID`; the press office sees embargoed and killed ones too. */
export async function getRelease(c: Context<App>): Promise<Response> {
  if (!(await isAdmin(c))) return getDocument(c);
  const id = parse(releaseId, c.req.param("id"));
  const release = id.ok ? await newsroom(c.env).forOffice(id.value) : null;
  return release ? c.json(release, 200, FOR_THE_OFFICE) : notFound(c);
}

/** `GET /releases?…`: newest first; with `content=summary` without the texts. */
export async function getReleases(c: Context<App>): Promise<Response> {
  const [asked, bounds, page] = [
    filterOf(c),
    boundsOf(c, settingsOf(c.env).site.timeZone),
    pageOf(c, "cursor"),
  ];
  if (!asked.ok || !bounds.ok || !page.ok)
    return invalid(c, faultsIn(asked, bounds, page), "Nothing was looked up.");
  const { limit, cursor } = page.value;
  const found = await newsroom(c.env).list({ filter: asked.value, ...bounds.value, before: cursor }, limit);
  const data = c.req.query("content") === "summary" ? found.releases.map(withoutText) : found.releases;
  return c.json({ data, next: found.next === null ? null : String(found.next) }, 200, SHORT_LIVED);
}

/** `GET /events?after=SEQUENCE&…`: in order; `next` is the `after` that goes on from here. */
export async function getEvents(c: Context<App>): Promise<Response> {
  const [asked, page] = [filterOf(c), pageOf(c, "after")];
  if (!asked.ok || !page.ok) return invalid(c, faultsIn(asked, page), "Nothing was looked up.");
  const { limit, cursor } = page.value;
  const found = await newsroom(c.env).events(cursor ?? 0, asked.value, limit);
  return c.json(
    {
      data: found.events.map((event) => releaseEventJson(event, "full")),
      next: found.more ? String(found.next) : null,
    },
    200,
    SHORT_LIVED,
  );
}

function withoutText({ content: _content, ...release }: ReleaseView): Omit<ReleaseView, "content"> {
  return release;
}

const SHORT_LIVED = { "cache-control": "public, max-age=1", "access-control-allow-origin": "*" };

function faultsIn(...asked: ({ ok: true } | { ok: false; faults: { path: string; message: string }[] })[]) {
  return asked.flatMap((each) => (each.ok ? [] : each.faults));
}
