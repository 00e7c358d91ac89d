import { describe, expect, it } from "vitest";
import type { ReleaseEvent } from "../../../src/domain/event.ts";
import { releaseEventJson } from "../../../src/domain/event.ts";
import { eventStream, type StreamPage, type StreamSource } from "../../../src/http/api/event-stream.ts";
import { STREAM_CALLS_MAX, STREAM_LIFE_MS } from "../../../src/http/limits.ts";
import { type Block, SentEvents } from "../../support/sent-events.ts";

function event(sequence: number, title = "Title"): ReleaseEvent {
  return {
    id: `evt_${sequence}`,
    sequence,
    type: "release.published",
    at: 1_700_000_000,
    change: null,
    release: { id: "r", title, content: { html: "<p>\r\n</p>", text: "a\n\ndata: b" } },
  } as ReleaseEvent;
}

const page = (next: number, ...events: ReleaseEvent[]) => ({ kind: "page" as const, events, next });

/** A stream over given answers. `undefined` fails as a call to a dead object does. */
function streamOf(
  answers: (Awaited<ReturnType<StreamSource["follow"]>> | undefined)[],
  fields: Partial<StreamSource> & { first?: StreamPage } = {},
) {
  const asked: number[] = [];
  const stream = eventStream({
    after: 0,
    first: page(0),
    follow: (after) => {
      asked.push(after);
      const answer = answers[Math.min(asked.length, answers.length) - 1];
      return answer === undefined ? Promise.reject(new Error("gone")) : Promise.resolve(answer);
    },
    leave: () => undefined,
    content: "full",
    now: () => 0,
    ...fields,
  });
  return { asked, stream };
}

async function allOf(sent: SentEvents): Promise<Block[]> {
  const blocks: Block[] = [];
  for (let block = await sent.nextBlock(); block; block = await sent.nextBlock()) blocks.push(block);
  return blocks;
}

describe("a stream of events", () => {
  it("first sends the retry delay and the id to resume from", async () => {
    const { stream } = streamOf([{ kind: "full" }], { after: 7, first: page(7) });
    expect(await allOf(new SentEvents(stream))).toEqual([{ retry: "2000", id: "7" }]);
  });

  it("sends the body of each event on one line", async () => {
    const told = event(2, "One\r\nTwo\u2028Three");
    const { stream } = streamOf([{ kind: "full" }], { first: page(2, event(1), told) });
    const blocks = await allOf(new SentEvents(stream));
    expect(blocks.map(({ id }) => id)).toEqual(["0", "1", "2"]);
    expect(blocks[2]).toEqual({
      id: "2",
      event: "release.published",
      data: JSON.stringify(releaseEventJson(told, "full")),
    });
    expect(JSON.parse(blocks[2]?.data ?? "")).toMatchObject({
      data: { release: { title: "One\r\nTwo\u2028Three" } },
    });
  });

  it("sends heartbeats that move the last event id and dispatch nothing", async () => {
    const { stream } = streamOf([
      page(0),
      page(40),
      page(41, event(41)),
      page(90, event(50)),
      { kind: "full" },
    ]);
    const sent = new SentEvents(stream);
    expect((await allOf(sent)).slice(1)).toMatchObject([
      { comment: "heartbeat", id: "0" },
      { comment: "heartbeat", id: "40" },
      { id: "41", event: "release.published" },
      { id: "50", event: "release.published" },
      { comment: "heartbeat", id: "90" },
    ]);
    expect(sent.lastEventId).toBe("90");
  });

  it("reads the next page only when its client has read the last", async () => {
    const { asked, stream } = streamOf([page(1, event(1)), page(2, event(2))], {
      first: page(0),
    });
    const reader = stream.getReader();
    await reader.read();
    expect(asked).toEqual([]);
    await reader.read();
    expect(asked).toEqual([0]);
    await reader.cancel();
  });

  it("retries one failed call, and ends when the next one fails too", async () => {
    const { asked, stream } = streamOf([undefined, page(1, event(1)), undefined, undefined]);
    const blocks = await allOf(new SentEvents(stream));
    expect(blocks.map(({ id }) => id)).toEqual(["0", "1"]);
    expect(asked).toEqual([0, 0, 1, 1]);
  });

  it("ends after its time limit", async () => {
    let nowMs = 0;
    const { asked, stream } = streamOf([page(0)], { now: () => (nowMs += STREAM_LIFE_MS / 4) });
    await allOf(new SentEvents(stream));
    expect(asked).toHaveLength(3);
  });

  it("ends before it exceeds the calls of an invocation", async () => {
    const { asked, stream } = streamOf([page(0)]);
    await allOf(new SentEvents(stream));
    expect(asked).toHaveLength(STREAM_CALLS_MAX - 1);
  });

  it("reports that its client has gone, and sends nothing more", async () => {
    let left = 0;
    const answer = Promise.withResolvers<ReturnType<typeof page>>();
    const { stream } = streamOf([], {
      follow: () => answer.promise,
      leave: () => {
        left += 1;
      },
    });
    const reader = stream.getReader();
    await reader.read();
    const waiting = reader.read();
    await reader.cancel();
    answer.resolve(page(1, event(1)));
    expect(await waiting).toEqual({ done: true, value: undefined });
    expect(left).toBe(1);
  });
});
