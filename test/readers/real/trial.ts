/**
 * A trial: every reader polls the running service before and after a correction, each through its own
 * counting proxy.
 */
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { ServiceProcess } from "../../chaos/service-process.ts";
import { TemporaryFolder } from "../../chaos/temporary-folder.ts";
import { CountingProxy, type Exchange } from "./counting-proxy.ts";
import { TrialReleases } from "./trial-releases.ts";
import { type Format, FORMATS, type ReadItem, type RealReader, type Subscribed } from "./real-reader.ts";
import { nameOf } from "./real-readers.ts";

const ADMIN_TOKEN = "readers-admin-token-0123456789-0123456789-abcdefg";
/** More than a second: HTTP dates are whole seconds, and curl ignores changes in the second of its last poll. */
const NEXT_SECOND_MS = 1_100;

/** The exchanges of a poll, and the items of the reader after it. */
export interface Poll {
  exchanges: Exchange[];
  items: ReadItem[];
  /** The output of the reader. */
  output: string;
}

/** All polls of one reader and format. */
export interface Course {
  reader: RealReader;
  format: Format;
  first: Poll;
  /** Polls without changes: two for readers whose first such poll was unconditional. */
  unchanged: Poll[];
  changed: Poll;
}

interface ReaderSetup extends AsyncDisposable {
  reader: RealReader;
  format: Format;
  proxy: CountingProxy;
  subscribed: Subscribed;
}

/**
 * @param onStep called with a description of each step
 * @returns the polls of each reader, and the releases of the trial
 */
export async function runTrial(
  readers: readonly RealReader[],
  onStep: (step: string) => void,
): Promise<{ courses: Course[]; releases: TrialReleases }> {
  await using stack = new AsyncDisposableStack();
  const folder = stack.use(new TemporaryFolder());
  onStep("starting the service");
  const service = stack.use(
    await ServiceProcess.start({
      ADMIN_TOKEN,
      SECRETS_KEY: "cmVhZGVycy1zZWNyZXRzLWtleS1vZi1lbm91Z2gtYnl0ZXM=",
    }),
  );
  const releases = new TrialReleases(service, ADMIN_TOKEN);
  await releases.publishFirst();
  const setups: ReaderSetup[] = [];
  for (const reader of readers) {
    for (const format of FORMATS) {
      setups.push(stack.use(await setUp(reader, format, service.url, folder.path)));
    }
  }
  onStep("first polls");
  const first = await each(setups, pollBy);
  onStep("polls with nothing changed");
  const unchanged = await each(setups, pollUnchanged);
  await delay(NEXT_SECOND_MS);
  onStep("a correction and a new release");
  await releases.correctAndAdd();
  const changed = await each(setups, pollBy);
  const courses = setups.map(({ reader, format }, index) => ({
    reader,
    format,
    first: first[index] as Poll,
    unchanged: unchanged[index] as Poll[],
    changed: changed[index] as Poll,
  }));
  return { courses, releases };
}

export function isConditional({ condition }: Exchange): boolean {
  return condition.ifNoneMatch !== undefined || condition.ifModifiedSince !== undefined;
}

async function setUp(reader: RealReader, format: Format, service: URL, folder: string): Promise<ReaderSetup> {
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

async function pollBy({ proxy, subscribed }: ReaderSetup): Promise<Poll> {
  const output = await subscribed.poll();
  return { exchanges: proxy.takeExchanges(), items: await subscribed.items(), output };
}

async function pollUnchanged(setup: ReaderSetup): Promise<Poll[]> {
  const poll = await pollBy(setup);
  return poll.exchanges.every(isConditional) ? [poll] : [poll, await pollBy(setup)];
}

/** Runs one reader after the other, because concurrent programs would slow each other down. */
async function each<T>(
  setups: readonly ReaderSetup[],
  act: (setup: ReaderSetup) => Promise<T>,
): Promise<T[]> {
  const results: T[] = [];
  for (const setup of setups) results.push(await act(setup));
  return results;
}
