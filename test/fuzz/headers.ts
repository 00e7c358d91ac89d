/**
 * Headers: of caches, browsers, readers and clients, with tokens of all sorts, from changing networks.
 */
import type { Random } from "../chaos/random.ts";
import type { Route } from "./routes.ts";
import { oddText } from "./texts.ts";
import type { World } from "./world.ts";

const OPTIONAL: Record<string, readonly string[]> = {
  accept: [
    "*/*",
    "text/html",
    "application/json",
    "text/markdown",
    "application/atom+xml;q=0.9",
    ",;q=9,",
    "text/html;q=abc",
  ],
  "accept-encoding": ["gzip", "br", "identity;q=0", "*;q=0", "gzip;q=2, ,"],
  "accept-language": ["hy", "en-GB,en;q=0.5", "*", "xx-", "-;q"],
  "if-none-match": ["*", 'W/"x"', '"x", W/"y"', 'W/"', "x", '"'.repeat(2_000), 'W/"1.2.3"'],
  "if-modified-since": ["Tue, 01 Dec 2020 00:00:00 GMT", "0", "Tue, 99 Foo 2020", "9999999999999"],
  "if-unmodified-since": ["Tue, 01 Dec 2020 00:00:00 GMT"],
  "if-match": ['"1"', '"0"', '"2"', "*", 'W/"1"', "1", '"99999999999"', '"-1"'],
  "if-range": ['W/"x"'],
  range: ["bytes=0-1", "bytes=-1", "bytes=9-1", "items=1-2", "bytes=0-0,1-1"],
  "a-im": ["feed", "feed, gzip", "vcdiff", "feed;q=0", ","],
  "sec-fetch-dest": ["document", "empty", "iframe", "script"],
  "sec-fetch-mode": ["navigate", "cors"],
  "last-event-id": ["0", "1", "3", "-1", "99999999", "x", "1.5"],
  origin: ["https://evil.invalid", "null"],
  "access-control-request-method": ["GET", "PUT"],
  "access-control-request-headers": ["authorization"],
  cookie: ["a=b"],
  "user-agent": ["Miniflux/2", "", "x".repeat(3_000)],
  "x-http-method-override": ["DELETE", "PUT"],
  "x-forwarded-for": ["127.0.0.1"],
  "x-original-url": ["/api/v1/rebuild"],
  "cache-control": ["no-cache", "only-if-cached"],
  "content-encoding": ["gzip", "identity"],
};
const CONTENT_TYPES = [
  "text/plain",
  "application/x-www-form-urlencoded",
  "multipart/form-data; boundary=x",
  "application/vnd.api+json",
  "application/json; charset=utf-16",
  "APPLICATION/JSON ;x",
  "json",
  "",
];
/** Some clients come back, so that limits by client are reached, too. */
const RETURNING = ["198.51.100.7", "2001:db8:aa:1::1", "2001:db8:aa:2::1", "203.0.113.9"];
const ODD_CLIENTS = ["", "x", "::1", "127.0.0.1", "::ffff:198.51.100.7", "fe80::1%eth0", "1.2.3"];

interface Given {
  route: Route;
  method: string;
  world: World;
  /** With the Content-Type that is right for it. */
  body: { bytes: Buffer; type: string } | undefined;
  /** Of the subscription in the path. */
  token: string | undefined;
}

export function headersFor(
  { route, method, world, body, token }: Given,
  random: Random,
): { headers: [string, string][]; lies: boolean; isAdmin: boolean } {
  const headers: [string, string][] = [["host", world.service.host]];
  const authorization = authorizationFor(route, world, token, random);
  if (authorization !== undefined) headers.push(["authorization", authorization]);
  const client = clientFor(random);
  if (client !== undefined) headers.push(["cf-connecting-ip", client]);
  const names = Object.keys(OPTIONAL);
  for (let count = random.pick([0, 0, 1, 1, 2, 4]); count > 0; count -= 1) {
    const name = random.pick(names);
    const value = random.chance(0.1) ? latin1(oddText(random)) : random.pick(OPTIONAL[name] ?? []);
    headers.push([name, value]);
  }
  const isAdmin = authorization === `Bearer ${world.adminToken}`;
  if (body === undefined) {
    if (method === "POST" || method === "PUT" || method === "PATCH") headers.push(["content-length", "0"]);
    return { headers, lies: false, isAdmin };
  }
  if (!random.chance(0.03)) {
    headers.push(["content-type", random.chance(0.05) ? random.pick(CONTENT_TYPES) : body.type]);
  }
  if (route.path === "/mcp" && random.chance(0.9)) headers.push(...agentHeaders(body.bytes));
  const { length } = body.bytes;
  const lies = random.chance(0.02);
  const said = lies ? random.pick([0, Math.max(0, length - 1), length + 1, 2_000_000, 1e15]) : length;
  if (random.chance(0.05) && !lies) headers.push(["transfer-encoding", "chunked"]);
  else headers.push(["content-length", String(said)]);
  return { headers, lies: lies && said !== length, isAdmin };
}

/** The headers that repeat what the body says, as its protocol requires. */
function agentHeaders(bytes: Buffer): [string, string][] {
  try {
    const { method, params } = JSON.parse(bytes.toString()) as {
      method?: unknown;
      params?: { name?: unknown; _meta?: Record<string, unknown> };
    };
    const named: [string, unknown][] = [
      ["mcp-method", method],
      ["mcp-name", params?.name],
      ["mcp-protocol-version", params?._meta?.["io.modelcontextprotocol/protocolVersion"]],
    ];
    return named.flatMap(([name, value]) =>
      typeof value === "string" ? [[name, latin1(value)] as [string, string]] : [],
    );
  } catch {
    return [];
  }
}

function authorizationFor(
  { path }: Route,
  world: World,
  token: string | undefined,
  random: Random,
): string | undefined {
  if (world.usesAdmin && random.chance(0.7)) return `Bearer ${world.adminToken}`;
  const other = random.pick(world.owned).token;
  if (token !== undefined && token !== world.bystander.token && random.chance(0.7)) return `Bearer ${token}`;
  if (!random.chance(path.startsWith("/api") ? 0.6 : 0.1)) return undefined;
  const kinds = [
    () => `Bearer ${other}`,
    () => `Bearer ${other.slice(0, -1)}`,
    () => `Bearer ${world.adminToken.slice(0, -1)}`,
    () => `Bearer ${world.adminToken}x`,
    () => `bearer   ${other}`,
    () => `Basic ${btoa(`admin:${other}`)}`,
    () => "Bearer",
    () => "Bearer undefined",
    () => `Bearer 1.${"A".repeat(43)}`,
    () => `Bearer ${"x".repeat(8_000)}`,
    () => `Bearer ${latin1(oddText(random))}`,
  ];
  return random.pick(kinds)();
}

/** Cloudflare names the client; a request without the header is from this machine, which has no limits. */
function clientFor(random: Random): string | undefined {
  if (random.chance(0.1)) return undefined;
  if (random.chance(0.1)) return random.pick(RETURNING);
  if (random.chance(0.03)) return random.pick(ODD_CLIENTS);
  const part = () => random.integer(0, 65_535).toString(16);
  if (random.chance(0.7)) return `2a0${random.integer(0, 9)}:${part()}:${part()}:${part()}::1`;
  return `${random.integer(1, 126)}.${random.integer(0, 255)}.${random.integer(0, 255)}.${random.integer(1, 254)}`;
}

/** What a header can hold. */
function latin1(text: string): string {
  return text.replaceAll(/[^\t\u0020-\u007e\u0080-\u00ff]/g, "?").slice(0, 6_000);
}
