import { pollUntil } from "../chaos/poll-until.ts";

const PROJECTED_WITHIN_MS = 300_000;

/** Waits until KV has all documents. A page that was read before may still be in the memory of an isolate. */
export async function untilProjected(service: string | URL, adminToken: string): Promise<void> {
  await pollUntil("KV has all documents", PROJECTED_WITHIN_MS, async () => {
    const answer = await fetch(new URL("/healthz", service), {
      headers: { authorization: `Bearer ${adminToken}` },
    });
    const { waiting } = await answer.json<{ waiting: number }>();
    return waiting === 0 ? true : undefined;
  });
}
