/**
 * `GET /.well-known/webhook-keys.json`: the public keys of the asymmetric signature, as a JWK Set
 * (RFC 7517). Whoever verifies `v1a` with one of them needs no secret.
 */
import type { Context } from "hono";
import { KEYS_CACHE_SECONDS } from "../limits.ts";
import { readSigningKeys } from "../signing-key.ts";

export async function getWebhookKeys(c: Context<{ Bindings: Env }>): Promise<Response> {
  const keys = await readSigningKeys(c.env.SIGNING_KEY);
  return c.body(JSON.stringify({ keys: keys.map(({ jwk }) => jwk) }), 200, {
    "content-type": "application/jwk-set+json",
    "cache-control": `public, max-age=${KEYS_CACHE_SECONDS}`,
    "access-control-allow-origin": "*",
  });
}
