/**
 * How many endpoints a client may have asked for their proof: until one has proved itself, all we know
 * is that somebody gave us its address, and a sender of requests to addresses of anybody's choice is a
 * weapon.
 */
import type { Context } from "hono";
import { hostOf } from "../domain/target.ts";
import { HANDSHAKES_PERIOD_SECONDS } from "../limits.ts";
import { isAdmin } from "./auth.ts";
import { clientOf } from "./client-address.ts";
import { problem } from "./problem.ts";

/** Counts one more handshake with a URL, unless the office begins it. @returns the answer where it is one too many */
export async function oneHandshakeMore(
  c: Context<{ Bindings: Env }>,
  url: string,
): Promise<Response | undefined> {
  // What is no URL is asked for nothing: it is refused for that.
  if (!URL.canParse(url) || (await isAdmin(c))) return undefined;
  const keys = { client: clientOf(c.req.raw.headers), host: hostOf(url) };
  for (const [whose, key] of Object.entries(keys)) {
    const { success } = await c.env.HANDSHAKES.limit({ key: `${whose} ${key}` });
    if (success) continue;
    return problem(c, {
      status: 429,
      title: "Too many requests",
      detail: `Too many endpoints ${whose === "client" ? "were asked for their proof from your address" : `at ${key} were asked for their proof`} in the last minute. Nothing was changed; try again in a minute.`,
      headers: { "retry-after": String(HANDSHAKES_PERIOD_SECONDS) },
    });
  }
  return undefined;
}
