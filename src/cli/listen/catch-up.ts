/**
 * `communique listen --catch-up`: prints earlier events, read from the API page by page.
 */
import * as z from "zod/mini";
import { ApiClient } from "../api-client.ts";
import { startProgress } from "../progress.ts";
import type { EventPrinter } from "./event-printer.ts";
import { readEvent, type VisibleEvent } from "./receiver.ts";
import { print } from "../output.ts";

const page = z.object({ data: z.array(z.unknown()), next: z.nullable(z.string()), last: z.number() });

interface EventPage {
  events: VisibleEvent[];
  /** Every event up to this sequence was read. */
  upTo: number;
  /** The last sequence of the service. */
  last: number;
}

/**
 * Prints the events after a sequence, until all are printed or `end` aborts.
 *
 * @param wanted the filter and the event types
 * @throws CliError if the service refuses or cannot be reached
 */
export async function catchUp(
  service: URL,
  after: number,
  wanted: Record<string, string | string[] | undefined>,
  printer: EventPrinter,
  end: AbortSignal,
): Promise<void> {
  const query = new URLSearchParams(
    Object.entries(wanted).flatMap(([name, values]) => [values ?? []].flat().map((value) => [name, value])),
  );
  const progress = startProgress();
  let upTo = after;
  let count = 0;
  try {
    for await (const page of eventsAfter(new ApiClient(service, undefined, end), after, query)) {
      progress.end();
      for (const event of page.events) printer.fetched(event);
      ({ upTo } = page);
      count += page.events.length;
      if (upTo < page.last) progress.show("catching up", { done: upTo, total: page.last });
    }
  } catch (error) {
    if (end.aborted) return;
    throw error;
  } finally {
    progress.end();
  }
  print(`caught up to sequence ${upTo} (${count} events; --after ${upTo} continues from there)`);
  printer.caughtUp(upTo);
}

async function* eventsAfter(
  client: ApiClient,
  after: number,
  wanted: URLSearchParams,
): AsyncGenerator<EventPage> {
  const query = new URLSearchParams([...wanted, ["content", "summary"], ["limit", "100"]]);
  for (let from: string | null = String(after); from !== null;) {
    query.set("after", from);
    const answer: z.infer<typeof page> = await client.get(page, `/api/v1/events?${query.toString()}`);
    const { data, next, last } = answer;
    const events = data
      .map(readEvent)
      .filter((event) => event !== undefined && event.kind !== "verification");
    yield { events, upTo: next === null ? last : Number(next), last };
    from = next;
  }
}
