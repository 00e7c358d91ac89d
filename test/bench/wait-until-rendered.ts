import { pollUntil } from "../chaos/poll-until.ts";

/** In milliseconds, enough after the largest load. */
const RENDERED_WITHIN_MS = 1_800_000;

/** Resolves when no document waits to be rendered. */
export async function waitUntilRendered(service: URL, adminToken: string): Promise<void> {
  await pollUntil("all documents are rendered", RENDERED_WITHIN_MS, async () => {
    const response = await fetch(new URL("/healthz", service), {
      headers: { authorization: `Bearer ${adminToken}` },
    });
    const { waiting } = JSON.parse(await response.text()) as { waiting: number };
    return waiting === 0 ? true : undefined;
  });
}
