/**
 * The routes of the app, with what their middleware means for a client.
 */
import type * as z from "zod/mini";
import type { ProblemCode } from "../domain/codes.ts";
import { app } from "../http/app.ts";
import type { BodyHandler } from "../http/json-body.ts";

/** Who may call: everybody, the admin, the owner of the subscription (and the admin), or who may subscribe (SUBSCRIPTIONS). */
export type Callers = "all" | "admin" | "owner" | "subscribers";

export interface ApiRoute {
  /** `GET /api/v1/releases/{id}` */
  name: string;
  callers: Callers;
  /** Of the middleware. */
  errors: ProblemCode[];
  body?: z.ZodMiniType;
  isBodyOptional: boolean;
}

interface Registered {
  method: string;
  path: string;
  handler: { name: string } & Partial<BodyHandler>;
}

const WRITES = new Set(["POST", "PUT", "PATCH", "DELETE"]);

/** Every route that is no page, file or preflight. */
export function apiRoutes(): ApiRoute[] {
  const registered = app.routes as unknown as readonly Registered[];
  const routes = registered.flatMap((each, index) =>
    isCall(each) ? expanded(each.path).map((path) => toRoute(each, path, registered.slice(0, index))) : [],
  );
  // Middleware and handler of one route are two entries; the last one is the handler.
  return [...new Map(routes.map((route) => [route.name, route])).values()];
}

function isCall({ method, path }: Registered): boolean {
  const isApi =
    path.startsWith("/api/v1/") || ["/healthz", "/hub"].includes(path) || path.startsWith("/.well-known/");
  return isApi && method !== "ALL" && method !== "OPTIONS";
}

/** `/:id/:action{kill|withdraw}` is two paths. */
function expanded(path: string): string[] {
  const [, before = "", values, after = ""] = /^(.*?)\/:\w+\{([a-z|-]+)\}(.*)$/.exec(path) ?? [];
  return values === undefined ? [path] : values.split("|").map((value) => `${before}/${value}${after}`);
}

function toRoute({ method, path, handler }: Registered, concrete: string, before: Registered[]): ApiRoute {
  const guards = new Set(
    before
      .filter((each) => each.method === method || each.method === "ALL")
      .filter((each) => each.path === path || covers(each.path, path))
      .map((each) => each.handler.name),
  );
  const name = `${method} ${concrete.replaceAll(/:(\w+)/g, "{$1}")}`;
  return {
    name,
    callers: callersOf(guards),
    errors: errorsOf(name, method, guards, handler),
    ...(handler.body === undefined ? {} : { body: handler.body }),
    isBodyOptional: handler.isBodyOptional === true,
  };
}

/** Whether middleware at `pattern` runs for `path`. */
function covers(pattern: string, path: string): boolean {
  if (!pattern.endsWith("/*")) return false;
  const prefix = pattern.slice(0, -2);
  return path === prefix || path.startsWith(`${prefix}/`);
}

function callersOf(guards: ReadonlySet<string>): Callers {
  if (guards.has("adminOnlyMiddleware")) return "admin";
  if (guards.has("ownerOrAdminMiddleware")) return "owner";
  return guards.has("mayCreateSubscriptionsMiddleware") ? "subscribers" : "all";
}

function errorsOf(
  name: string,
  method: string,
  guards: ReadonlySet<string>,
  handler: Partial<BodyHandler>,
): ProblemCode[] {
  const isWrite = WRITES.has(method);
  const given: [boolean, ...ProblemCode[]][] = [
    [true, "malformed-address", "internal", "not-configured", "being-restored"],
    [name.includes("{"), "not-found"],
    [callersOf(guards) !== "all", "unauthorized"],
    [guards.has("limitCallsMiddleware") || guards.has("limitOwnerMiddleware"), "too-many-requests"],
    [guards.has("refuseHubSubscriptionsMiddleware"), "hub-subscription"],
    [isWrite && guards.has("refuseConditionsMiddleware"), "unsupported-condition"],
    [isWrite && guards.has("refuseDryRunMiddleware"), "dry-run-unsupported"],
    [handler.body !== undefined, "malformed-body", "unsupported-media-type", "body-too-large", "invalid"],
  ];
  return given.flatMap(([applies, ...codes]) => (applies ? codes : []));
}
