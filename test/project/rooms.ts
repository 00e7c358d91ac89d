/**
 * The rooms of `src` and what each may import: the order of dependence. The linter reads it.
 */

/** Rooms without platform, clock, random values or I/O. */
export const PURE = ["domain", "files", "i18n", "markdown", "feeds", "site", "webhooks"];

const SHARED = ["crypto", "runtime", ...PURE, "documents", "config.ts"];
const IN_NEWSROOM = [...SHARED, "newsroom/limits.ts"];
/** Types of what the two objects answer; calls go through `runtime/stubs.ts`. */
const OBJECTS = ["newsroom", "subscriber", "renderer"];
const HTTP_PIECES = [
  "auth",
  "being-restored",
  "conditions",
  "context",
  "cross-origin",
  "form-body",
  "json-body",
  "json-then",
  "limits",
  "problem",
  "query",
  "rate-limit",
  "refuse-dry-run",
  "request-log",
  "security-headers",
];
const IN_HTTP = [...SHARED, ...OBJECTS, ...HTTP_PIECES.map((name) => `http/${name}.ts`)];

/**
 * For each room, what it may import beside its own files: whole rooms, or single files. A room in a room
 * is named by its path; files directly in `src` are rooms of one file.
 */
export const ROOMS: Readonly<Record<string, readonly string[]>> = {
  crypto: [],
  runtime: [],
  domain: [],
  files: ["domain"],
  i18n: ["domain"],
  markdown: ["domain", "i18n"],
  documents: ["domain"],
  webhooks: ["domain", "i18n"],
  feeds: ["domain", "i18n"],
  site: ["domain", "i18n", "feeds"],
  "config.ts": ["crypto", "domain", "webhooks"],
  "newsroom/store": IN_NEWSROOM,
  "newsroom/lists": [...IN_NEWSROOM, "newsroom/store"],
  "newsroom/publish": [...IN_NEWSROOM, "newsroom/store", "newsroom/lists"],
  "newsroom/projection": [...IN_NEWSROOM, "newsroom/store", "newsroom/lists"],
  "newsroom/outbound": [...IN_NEWSROOM, "newsroom/store"],
  "newsroom/backup": [...IN_NEWSROOM, "newsroom/store", "newsroom/lists"],
  newsroom: [...SHARED, "newsroom"],
  subscriber: SHARED,
  renderer: SHARED,
  "http/documents": IN_HTTP,
  "http/api": [...IN_HTTP, "http/documents"],
  "http/mcp": IN_HTTP,
  "http/pages": [...IN_HTTP, "http/documents", "http/api"],
  "http/app.ts": [
    "http/api",
    "http/documents",
    "http/mcp",
    "http/pages",
    ...IN_HTTP,
    "http/require-config.ts",
  ],
  http: [...SHARED, ...OBJECTS],
  "worker.ts": ["http", ...OBJECTS],
  cli: ["domain", "files", "i18n", "markdown"],
  manual: [...SHARED, ...OBJECTS, "http"],
};

/** Packages and modules that a room may not import. */
const PLATFORM = /^(?:node:|cloudflare:|hono(?:\/|$)|wrangler$|miniflare$)/;
const WORKERS_ONLY = /^(?:cloudflare:|hono(?:\/|$))/;

/** The room that holds a file, the innermost one. `path` is relative to `src`. */
export function roomOf(path: string): string {
  const [first = "", second = ""] = path.split("/");
  const candidates = [path, `${first}/${second}`, first];
  return candidates.find((candidate) => candidate in ROOMS) ?? first;
}

/**
 * Why a file of a room may not import something; undefined where it may.
 *
 * @param target path relative to `src`, or the name of a package
 */
export function refusalOf(room: string, target: string, isPackage: boolean): string | undefined {
  if (isPackage) {
    const closed = room === "cli" ? WORKERS_ONLY : PURE.includes(room) ? PLATFORM : undefined;
    return closed?.test(target) ? `${room} knows no platform: pass in what it needs` : undefined;
  }
  const from = roomOf(target);
  const isOpen = from === room || (ROOMS[room] ?? []).some((allowed) => isWithin(target, from, allowed));
  return isOpen ? undefined : `${room} may not import ${from}: see test/project/rooms.ts`;
}

function isWithin(target: string, room: string, allowed: string): boolean {
  if (target === allowed || room === allowed) return true;
  // A whole room is allowed with the rooms inside it.
  return target.startsWith(`${allowed}/`) && room.startsWith(`${allowed}/`);
}
