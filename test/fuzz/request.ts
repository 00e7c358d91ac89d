/**
 * One request of a run. It depends on nothing but the seed, its number and what the service was given before.
 */
import type { Random } from "../chaos/random.ts";
import { bodyFor } from "./bodies.ts";
import { headersFor } from "./headers.ts";
import { mutatedPath, pathOf } from "./paths.ts";
import { queryFor } from "./queries.ts";
import { ROUTES } from "./routes.ts";
import type { World } from "./world.ts";

/** The methods that workerd hands to a Worker; it answers others itself. */
const METHODS = "GET HEAD POST PUT PATCH DELETE OPTIONS TRACE PROPFIND PURGE QUERY".split(" ");

export interface FuzzRequest {
  number: number;
  /** Of the table at the end: the method and path of a route. */
  route: string;
  method: string;
  /** As it is sent: Latin-1 without control characters. */
  path: string;
  headers: [name: string, value: string][];
  body: Buffer | undefined;
  /** Whether Content-Length is wrong, so that a connection without an answer is right. */
  lies: boolean;
  /** Whether it carries the admin token. */
  isAdmin: boolean;
}

export function requestOf(world: World, number: number, random: Random): FuzzRequest {
  const route = random.pick(ROUTES);
  const method = random.chance(0.1) ? random.pick(METHODS) : route.method;
  const target = pathOf({ ...route, method }, world, random);
  const path = random.chance(0.25) ? mutatedPath(target.path, random) : target.path;
  const query = queryFor(method, world, random);
  const body = takesBody(method, random) ? bodyFor(route.path, world, random) : undefined;
  const given = { route, method, world, body, token: target.token };
  const { headers, lies, isAdmin } = headersFor(given, random);
  return {
    number,
    route: `${route.method} ${route.path}`,
    method,
    path: path + query,
    headers,
    body: body?.bytes,
    lies,
    isAdmin,
  };
}

/** Some calls without a body get one, too. */
function takesBody(method: string, random: Random): boolean {
  const isUsual = method === "POST" || method === "PUT" || method === "PATCH";
  return random.chance(isUsual ? 0.95 : 0.02);
}
