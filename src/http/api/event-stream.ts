/**
 * Events as server-sent events: the HTML standard, section 9.2.
 */
import type { ReleaseEvent } from "../../domain/event.ts";
import { FORMATS } from "../../webhooks/payload.ts";
import { STREAM_CALLS_MAX, STREAM_LIFE_MS, STREAM_RETRY_MS } from "../limits.ts";

/** Some events, and the last sequence that was looked at for them. */
export interface StreamPage {
  events: ReleaseEvent[];
  next: number;
}

export interface StreamSource {
  /** The sequence after which the stream begins. */
  after: number;
  /** What there was at once. */
  first: StreamPage;
  /** What comes after a sequence, or nothing when it is time for a sign of life. */
  follow: (after: number) => Promise<(StreamPage & { kind: "page" }) | { kind: "beyond" | "full" }>;
  /** Called when the client has gone, which shows when something is written to it. */
  leave: () => void;
  content: "full" | "summary";
  /** Milliseconds since 1970. */
  now: () => number;
}

/**
 * Nothing is asked for before the client has taken what was sent, so a slow one keeps at most one page
 * waiting. The stream ends by itself after a time; its client then comes again with what it has seen.
 */
export function eventStream(source: StreamSource): ReadableStream<Uint8Array> {
  const { first, follow, leave, content, now } = source;
  const encoder = new TextEncoder();
  const endsMs = now() + STREAM_LIFE_MS;
  let at = source.after;
  let begun = false;
  let calls = 1;
  let left = false;
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        if (!begun) {
          begun = true;
          const isElsewhere = first.next !== at;
          controller.enqueue(encoder.encode(opening(at) + (isElsewhere ? blocks(first, content) : "")));
          at = first.next;
          return;
        }
        const followed = calls < STREAM_CALLS_MAX && now() < endsMs ? await followOn() : undefined;
        if (left) return;
        if (followed?.kind !== "page") {
          controller.close();
          return;
        }
        controller.enqueue(encoder.encode(blocks(followed, content)));
        at = followed.next;
      },
      cancel() {
        left = true;
        leave();
      },
    },
    { highWaterMark: 0 },
  );

  /** Once more if the Newsroom was just restarted; after that it is the client that comes again. */
  async function followOn() {
    calls += 1;
    try {
      return await follow(at);
    } catch (error) {
      if (left) return undefined;
      console.error(JSON.stringify({ message: "stream interrupted", after: at, error: String(error) }));
      calls += 1;
      return follow(at).catch(() => undefined);
    }
  }
}

/** How long to wait before coming again, and from where: also for who came for what is new alone. */
function opening(after: number): string {
  return `retry: ${STREAM_RETRY_MS}\nid: ${after}\n\n`;
}

/**
 * A block without data dispatches nothing, but its id is what the client comes again with: events that
 * a filter passed over are not looked through twice.
 */
function blocks({ events, next }: StreamPage, content: "full" | "summary"): string {
  const told = events.map(
    (event) =>
      `id: ${event.sequence}\nevent: ${event.type}\ndata: ${FORMATS.standard.releaseBody(event, content)}\n\n`,
  );
  const isAhead = events.at(-1)?.sequence !== next;
  return told.join("") + (isAhead ? `: heartbeat\nid: ${next}\n\n` : "");
}
