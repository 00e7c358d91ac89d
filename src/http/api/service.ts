/**
 * The service as a whole: its registry, rebuild, health and public keys.
 */
import { EMPTY_REGISTRY, type Registry } from "../../domain/registry.ts";
import { readSigningKeys } from "../../crypto/signing-keys.ts";
import { newsroom } from "../../runtime/stubs.ts";
import { isAdmin, PRIVATE_HEADERS } from "../auth.ts";
import type { Context } from "../context.ts";
import { getDocument } from "../documents/get-document.ts";
import { wordingProblem } from "../documents/require-wording.ts";
import { KEYS_CACHE_SECONDS } from "../limits.ts";
import { problem } from "../problem.ts";

/** `GET /registry`. The admin reads the ledger, because KV may not have the last change yet. */
export async function getRegistry(c: Context): Promise<Response> {
  if (!(await isAdmin(c))) return getDocument(c);
  return c.json((await newsroom(c.env).registry()) ?? EMPTY_REGISTRY, 200, PRIVATE_HEADERS);
}

/** `PUT /registry`: makes the registry be what the body says. `warnings`: values that left it although subscriptions filter on them. */
export async function putRegistry(c: Context, body: Registry): Promise<Response> {
  const { issues: errors, warnings } = await newsroom(c.env).setRegistry(body);
  if (errors.length > 0) {
    return problem(c, { code: "values-in-use", detail: "Nothing was changed.", errors });
  }
  return c.json(warnings.length === 0 ? body : { ...body, warnings });
}

/** `POST /rebuild`: writes the whole read model again from the ledger, for when KV was lost. */
export async function postRebuild(c: Context): Promise<Response> {
  await newsroom(c.env).rebuild();
  return c.json({ status: "accepted" }, 202);
}

/**
 * `GET /healthz`: 200 when the ledger answers and pages can be shown. `requireConfig` has checked config and secrets.
 * Only the admin sees how busy the service is.
 */
export async function getHealth(c: Context): Promise<Response> {
  const { sequence, opensSecrets, ...load } = await newsroom(c.env).health();
  if (!opensSecrets) {
    return problem(c, {
      code: "secrets-unreadable",
      detail:
        "SECRETS_KEY lacks the key that sealed the secrets of some subscriptions, so they get nothing. Put that key behind the present one, comma-separated; if it is lost, POST /api/v1/reseal names the subscriptions: rotate the secret of each without overlap and set its header again, or delete it.",
    });
  }
  const unworded = await wordingProblem(c);
  if (unworded !== undefined) return unworded;
  const shown = { status: "ok", sequence, ...((await isAdmin(c)) ? load : {}) };
  return c.json(shown, 200, { "cache-control": "no-store", vary: "Authorization" });
}

/** `GET /.well-known/webhook-keys.json`: a JWK Set (RFC 7517) that verifies `v1a` signatures. */
export async function getWebhookKeys(c: Context): Promise<Response> {
  const keys = await readSigningKeys(c.env.SIGNING_KEY);
  return c.body(JSON.stringify({ keys: keys.map(({ jwk }) => jwk) }), 200, {
    "content-type": "application/jwk-set+json",
    "cache-control": `public, max-age=${KEYS_CACHE_SECONDS}`,
    "access-control-allow-origin": "*",
  });
}
