/**
 * Renders the history of a release.
 */
import { historyPath } from "../../domain/history.ts";
import { first } from "../../runtime/sql.ts";
import { historyPage } from "../../site/history-page.ts";
import { currentPath, retiredPaths } from "../store/addresses.ts";
import { releaseHistory } from "./history-differences.ts";
import { HTML, type RenderSource, type RenderedDocument } from "./rendered.ts";

/** The page at the release's present address, and redirects at earlier ones. Of a killed release 410, without text. */
export function renderHistory(
  id: string,
  { sql, views, registry, site }: RenderSource,
  isWanted: (path: string) => boolean,
): RenderedDocument[] {
  const release = views.getPublic(id);
  if (release === undefined) return [];
  const path = historyPath(currentPath(sql, id));
  const redirects = retiredPaths(sql, id)
    .map(historyPath)
    .filter(isWanted)
    .map((retired): RenderedDocument => ({
      path: retired,
      type: HTML,
      body: "",
      status: 301,
      location: path,
    }));
  if (!isWanted(path)) return redirects;
  const { firstSeen } = first<{ firstSeen: number }>(
    sql,
    'SELECT first_seen AS "firstSeen" FROM releases WHERE id = ?',
    id,
  ) ?? { firstSeen: 1 };
  const isKilled = release.status === "killed";
  const history = releaseHistory(
    { sql, registry: registry.getWithRetired(), site: site.get() },
    { id, firstSeen, isKilled },
  );
  const page = historyPage(release, history, path, site.get());
  return [{ path, type: HTML, body: page, ...(isKilled ? { status: 410 as const } : {}) }, ...redirects];
}
