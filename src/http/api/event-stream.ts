/**
 * Events as server-sent events (HTML standard, section 9.2).
 */
import type { ReleaseEvent } from "../../domain/event.ts";
import type { Content } from "../../domain/subscription.ts";
import { log } from "../../runtime/log.ts";
import { releaseEventJson } from "../../domain/event.ts";
import { STREAM_CALLS_MAX, STREAM_LIFE_MS, STREAM_RETRY_MS } from "../limits.ts";

/** Some events, and the sequence up to which the ledger was searched for them. */
export interface StreamPage {
  events: ReleaseEvent[];
  next: number;
}

export interface StreamSource {
  /** The sequence after which the stream begins. */
  after: number;
  /** What the first call to the Newsroom found. */
  first: StreamPage;
  /** The next events after a sequence; no events when it is time for a heartbeat. */
  follow: (
    after: number,
  ) => Promise<(StreamPage & { kind: "page" }) | { kind: "beyond" | "full" | "unknown" }>;
  /** Called when a write finds that the client has gone. */
  leave: () => void;
  content: Content;
  /** Milliseconds since 1970. */
  now: () => number;
}

/**
 * Sends one page at a time and asks for the next one only when the client has read the last, so that a slow
 * client holds at most one page in memory. The stream ends after a while; the client then reconnects with
 * the last id that it has seen.
 */
export function eventStream(source: StreamSource): ReadableStream<Uint8Array> {
  const { first, follow, leave, content, now } = source;
  const encoder = new TextEncoder();
  const endsMs = now() + STREAM_LIFE_MS;
  let at = source.after;
  let hasBegun = false;
  let calls = 1;
  let hasLeft = false;
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        if (!hasBegun) {
          hasBegun = true;
          const hasMoved = first.next !== at;
          controller.enqueue(encoder.encode(opening(at) + (hasMoved ? blocks(first, content) : "")));
          at = first.next;
          return;
        }
        const page = calls < STREAM_CALLS_MAX && now() < endsMs ? await nextPage() : undefined;
        if (hasLeft) return;
        if (page?.kind !== "page") {
          controller.close();
          return;
        }
        controller.enqueue(encoder.encode(blocks(page, content)));
        at = page.next;
      },
      cancel() {
        hasLeft = true;
        leave();
      },
    },
    { highWaterMark: 0 },
  );

  /** Retries once, because a restart of the Newsroom fails the call. After that the client reconnects. */
  async function nextPage() {
    calls += 1;
    try {
      return await follow(at);
    } catch (error) {
      if (hasLeft) return undefined;
      log("error", "stream interrupted", { after: at, error: String(error) });
      calls += 1;
      return follow(at).catch(() => undefined);
    }
  }
}

/** Sends the retry delay and the id to resume from first, even to clients that want only new events. */
function opening(after: number): string {
  return `retry: ${STREAM_RETRY_MS}\nid: ${after}\n\n`;
}

/**
 * A block without data dispatches no event, but its id is the one that the client reconnects with. So
 * events that a filter skipped are searched only once.
 */
function blocks({ events, next }: StreamPage, content: Content): string {
  const sent = events.map(
    (event) =>
      `id: ${event.sequence}\nevent: ${event.type}\ndata: ${JSON.stringify(releaseEventJson(event, content))}\n\n`,
  );
  const isAhead = events.at(-1)?.sequence !== next;
  return sent.join("") + (isAhead ? `: heartbeat\nid: ${next}\n\n` : "");
}
