/**
 * A client that walks a feed from its newest document to its oldest archive.
 */
import { request } from "./service.ts";

export type Format = "rss" | "atom" | "json";

/** One document: the ids of its entries in order, and the path of the next older document. */
export interface Walked {
  path: string;
  status: number;
  body: string;
  ids: string[];
  previous: string | undefined;
}

/** Reads one document and follows a redirect, as feed readers do. */
export async function readFeed(path: string, format: Format): Promise<Walked> {
  let response = await request(path);
  const location = response.headers.get("location");
  if (location !== null) response = await request(location);
  const body = await response.text();
  const older =
    format === "json"
      ? (JSON.parse(body) as { next_url?: string }).next_url
      : /rel="prev-archive"[^>]*? href="([^"]*)"/.exec(body)?.[1]?.replaceAll(/&(?:amp|#x26);/g, "&");
  const url = older === undefined ? undefined : new URL(older);
  return {
    path,
    status: response.status,
    body,
    ids: idsOf(body),
    previous: url && url.pathname + url.search,
  };
}

/** Reads all documents of a chain; `between` runs after each document. */
export async function walk(
  path: string,
  format: Format,
  between: (read: Walked) => Promise<void> = async () => undefined,
): Promise<Walked[]> {
  const documents: Walked[] = [];
  for (let next: string | undefined = path; next !== undefined; next = documents.at(-1)?.previous) {
    if (documents.length > 1_000) throw new Error(`no end behind ${path}`);
    const read = await readFeed(next, format);
    documents.push(read);
    await between(read);
  }
  return documents;
}

/** The ids of the entries of a feed in any format, in order. */
export function idsOf(body: string): string[] {
  const entries =
    /<guid[^>]*>urn:uuid:([0-9a-f-]{36})|<id>urn:uuid:([0-9a-f-]{36})|"id": "urn:uuid:([0-9a-f-]{36})/g;
  return [...body.matchAll(entries)].map(([, rss, atom, json]) => rss ?? atom ?? json ?? "");
}
