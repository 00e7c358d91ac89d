import { pollUntil } from "../chaos/poll-until.ts";

/** Milliseconds in which the read model must have caught up after the largest load. */
const CAUGHT_UP_WITHIN_MS = 1_800_000;

/** Until nothing waits to be rendered. */
export async function caughtUp(service: URL): Promise<void> {
  await pollUntil("the read model has caught up", CAUGHT_UP_WITHIN_MS, async () => {
    const response = await fetch(new URL("/healthz", service));
    const { waiting } = JSON.parse(await response.text()) as { waiting: number };
    return waiting === 0 ? true : undefined;
  });
}
