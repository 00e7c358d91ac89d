/**
 * A trial: every reader polls the running service before and after a correction, each through a proxy
 * of its own that counts.
 */
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { ServiceProcess } from "../../chaos/service-process.ts";
import { TemporaryFolder } from "../../chaos/temporary-folder.ts";
import { CountingProxy, type Exchange } from "./counting-proxy.ts";
import { OfficeDay } from "./office-day.ts";
import { type Format, FORMATS, type ReadItem, type RealReader, type Subscribed } from "./real-reader.ts";
import { nameOf } from "./real-readers.ts";

const ADMIN_TOKEN = "readers-admin-token";
/** Milliseconds. HTTP counts whole seconds, and curl throws away what is of the second it has pollUntil in. */
const A_SECOND_MS = 1_100;

/** What a reader has, and what it exchanged to have it. */
export interface Poll {
  exchanges: Exchange[];
  items: ReadItem[];
  /** What it said. */
  said: string;
}

export interface Course {
  reader: RealReader;
  format: Format;
  first: Poll;
  /** Nothing has changed. Twice for readers that asked unconditionally the first time. */
  unchanged: Poll[];
  changed: Poll;
}

interface Seat extends AsyncDisposable {
  reader: RealReader;
  format: Format;
  proxy: CountingProxy;
  subscribed: Subscribed;
}

/**
 * @param say called with what is being done
 * @returns what each reader did, and the day that it should have seen
 */
export async function trial(
  readers: readonly RealReader[],
  say: (step: string) => void,
): Promise<{ courses: Course[]; day: OfficeDay }> {
  await using stack = new AsyncDisposableStack();
  const folder = stack.use(new TemporaryFolder());
  say("starting the service");
  const service = stack.use(
    await ServiceProcess.start({ ADMIN_TOKEN, SECRETS_KEY: "readers-secrets-key-of-enough-bytes" }),
  );
  const day = new OfficeDay(service, ADMIN_TOKEN);
  await day.publishFirst();
  const seats: Seat[] = [];
  for (const reader of readers) {
    for (const format of FORMATS) {
      seats.push(stack.use(await seatOf(reader, format, service.url, folder.path)));
    }
  }
  say("first polls");
  const first = await each(seats, pollBy);
  say("polls with nothing changed");
  const unchanged = await each(seats, pollUnchanged);
  await delay(A_SECOND_MS);
  say("a correction and a new release");
  await day.correctAndAdd();
  const changed = await each(seats, pollBy);
  const courses = seats.map(({ reader, format }, seat) => ({
    reader,
    format,
    first: first[seat] as Poll,
    unchanged: unchanged[seat] as Poll[],
    changed: changed[seat] as Poll,
  }));
  return { courses, day };
}

export function isConditional({ asked }: Exchange): boolean {
  return asked.ifNoneMatch !== undefined || asked.ifModifiedSince !== undefined;
}

async function seatOf(reader: RealReader, format: Format, service: URL, folder: string): Promise<Seat> {
  const home = join(folder, `${nameOf(reader)}-${format}`.replace(/\W+/g, "-"));
  await mkdir(home);
  const proxy = await CountingProxy.start(service);
  return {
    reader,
    format,
    proxy,
    subscribed: await reader.subscribe(new URL(`/feed.${format}`, proxy.url), home),
    [Symbol.asyncDispose]: () => proxy[Symbol.asyncDispose](),
  };
}

async function pollBy({ proxy, subscribed }: Seat): Promise<Poll> {
  const said = await subscribed.poll();
  return { exchanges: proxy.taken(), items: await subscribed.items(), said };
}

async function pollUnchanged(seat: Seat): Promise<Poll[]> {
  const poll = await pollBy(seat);
  return poll.exchanges.every(isConditional) ? [poll] : [poll, await pollBy(seat)];
}

/** One after the other: programs that start all at once are slow all at once. */
async function each<T>(seats: readonly Seat[], act: (seat: Seat) => Promise<T>): Promise<T[]> {
  const results: T[] = [];
  for (const seat of seats) results.push(await act(seat));
  return results;
}
