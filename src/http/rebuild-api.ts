import type { Context } from "hono";
import { newsroom } from "../objects.ts";

/** `POST /rebuild`: writes the whole read model again from the ledger, for when KV was lost. */
export async function postRebuild(c: Context<{ Bindings: Env }>): Promise<Response> {
  await newsroom(c.env).rebuild();
  return c.json({ status: "accepted" }, 202);
}
