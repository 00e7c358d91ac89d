/**
 * The routes of the service, from the app itself: a new route is fuzzed without a change here.
 */
import { app } from "../../src/http/app.ts";

export interface Route {
  method: string;
  /** In Hono's syntax, such as `/api/v1/releases/:id`. */
  path: string;
}

/** GET of a document has one route for all addresses, so it is picked as often as so many routes. */
const DOCUMENT_SHARE = 12;

export const ROUTES: readonly Route[] = routesOf();

function routesOf(): Route[] {
  const seen = new Map<string, Route>();
  for (const { method, path } of app.routes) {
    const isMiddleware = method === "ALL" && path.endsWith("*");
    if (!isMiddleware) seen.set(`${method} ${path}`, { method: method === "ALL" ? "GET" : method, path });
  }
  const documents = Array.from({ length: DOCUMENT_SHARE }, () => ({ method: "GET", path: "/*" }));
  return [...seen.values(), ...documents];
}
