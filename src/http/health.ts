import type { Context } from "hono";
import { newsroom } from "../objects.ts";

/** `GET /healthz`: 200 when the ledger answers; readyToWork has looked at settings and secrets. */
export async function getHealth(c: Context<{ Bindings: Env }>): Promise<Response> {
  const health = await newsroom(c.env).health();
  return c.json({ status: "ok", ...health }, 200, { "cache-control": "no-store" });
}
