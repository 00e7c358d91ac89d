import type { Context } from "hono";
import { EMPTY_REGISTRY, registry } from "../../domain/registry.ts";
import { newsroom } from "../../runtime/stubs.ts";
import { PRIVATE_HEADERS, isAdmin } from "../auth.ts";
import { getDocument } from "../documents/get-document.ts";
import { readJsonBody } from "../json-body.ts";
import { problem } from "../problem.ts";
import { KEYS_CACHE_SECONDS } from "../limits.ts";
import { readSigningKeys } from "../../crypto/signing-keys.ts";

/** `GET /registry`; the press office sees what it has just sent, before KV has heard of it. */
export async function getRegistry(c: Context<{ Bindings: Env }>): Promise<Response> {
  if (!(await isAdmin(c))) return getDocument(c);
  return c.json((await newsroom(c.env).registry()) ?? EMPTY_REGISTRY, 200, PRIVATE_HEADERS);
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

/** `GET /healthz`: 200 when the ledger answers; readyToWork has looked at settings and secrets. */
export async function getHealth(c: Context<{ Bindings: Env }>): Promise<Response> {
  const health = await newsroom(c.env).health();
  return c.json({ status: "ok", ...health }, 200, { "cache-control": "no-store" });
}

/** `POST /rebuild`: writes the whole read model again from the ledger, for when KV was lost. */
export async function postRebuild(c: Context<{ Bindings: Env }>): Promise<Response> {
  await newsroom(c.env).rebuild();
  return c.json({ status: "accepted" }, 202);
}

// FOLDED: `GET /.well-known/webhook-keys.json`: the public keys of the asymmetric signature, as a JWK Set (RFC 7517). Whoever verifies `v1a` with one of them needs no secret.

export async function getWebhookKeys(c: Context<{ Bindings: Env }>): Promise<Response> {
  const keys = await readSigningKeys(c.env.SIGNING_KEY);
  return c.body(JSON.stringify({ keys: keys.map(({ jwk }) => jwk) }), 200, {
    "content-type": "application/jwk-set+json",
    "cache-control": `public, max-age=${KEYS_CACHE_SECONDS}`,
    "access-control-allow-origin": "*",
  });
}
