import type { Context } from "hono";
import { EMPTY_REGISTRY, registry } from "../domain/registry.ts";
import { newsroom } from "../objects.ts";
import { FOR_THE_OFFICE, isAdmin } from "./auth.ts";
import { getDocument } from "./documents.ts";
import { readJsonBody } from "./json-body.ts";
import { problem } from "./problem.ts";

/** `GET /registry`; the press office sees what it has just sent, before KV has heard of it. */
export async function getRegistry(c: Context<{ Bindings: Env }>): Promise<Response> {
  if (!(await isAdmin(c))) return getDocument(c);
  return c.json((await newsroom(c.env).registry()) ?? EMPTY_REGISTRY, 200, FOR_THE_OFFICE);
}

/** `PUT /registry`: makes the registry be what the body says. */
export async function putRegistry(c: Context<{ Bindings: Env }>): Promise<Response> {
  const read = await readJsonBody(c, registry);
  if (!read.ok) return read.response;
  const errors = await newsroom(c.env).setRegistry(read.value);
  if (errors.length > 0)
    return problem(c, { status: 409, title: "Conflict", detail: "Nothing was changed.", errors });
  return c.json(read.value);
}
