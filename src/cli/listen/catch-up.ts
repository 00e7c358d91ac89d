/**
 * What had happened before a receiver listened: read from the service's API, page by page.
 */
import * as z from "zod/mini";
import { type ApiClient, unexpectedAnswer } from "../api-client.ts";
import { readEvent, type VisibleEvent } from "./received-event.ts";

const page = z.object({ data: z.array(z.unknown()), next: z.nullable(z.string()), last: z.number() });

export interface CaughtUpPage {
  events: VisibleEvent[];
  /** The sequence up to which everything has been read. */
  upTo: number;
  /** The last sequence that there is. */
  last: number;
}

/**
 * Events after a sequence, to the end of what there is.
 *
 * @param asked the filter and the types, as the query of an address
 * @throws CliError if the service refuses or cannot be reached
 */
export async function* eventsAfter(
  client: ApiClient,
  after: number,
  asked: URLSearchParams,
): AsyncGenerator<CaughtUpPage> {
  const query = new URLSearchParams([...asked, ["content", "summary"], ["limit", "100"]]);
  for (let from: string | null = String(after); from !== null;) {
    query.set("after", from);
    const answer = z.safeParse(
      page,
      await client.send({ method: "GET", path: `/api/v1/events?${query.toString()}` }),
    );
    if (!answer.success) throw unexpectedAnswer(client);
    const { data, next, last }: z.infer<typeof page> = answer.data;
    const events = data.map(readEvent).filter((event) => event !== undefined && event.kind !== "challenge");
    yield { events, upTo: next === null ? last : Number(next), last };
    from = next;
  }
}
