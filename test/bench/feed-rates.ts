/**
 * Measures how many requests a second are answered for a feed that everybody polls, beside a Worker with a
 * constant answer and one that renders the feed for each request.
 *
 * A ratio compares medians of interleaved rounds, so that other load of the machine affects all three.
 */
import { BuiltWorker } from "./built-worker.ts";
import { waitUntilRendered } from "./wait-until-rendered.ts";
import { captureResponse } from "./captured-response.ts";
import { FeedService } from "./feed-service.ts";
import { releasesIn } from "./generated-releases.ts";
import { getRequest, load } from "./http-load.ts";
import { cpuMs } from "./process-usage.ts";

export const ANSWERS = ["gzip", "identity", "not modified"] as const;
export type AnswerKind = (typeof ANSWERS)[number];
export const CONTESTANTS = ["ours", "constant", "rendering"] as const;
export type ContestantName = (typeof CONTESTANTS)[number];

export interface FeedRate {
  answer: AnswerKind;
  bytes: number;
  /** Medians of the rounds. */
  perSecond: Record<ContestantName, number>;
  oursToConstant: number;
  oursToRendering: number;
  /** The same ratios per second of CPU time of the process, which other load hardly affects. */
  byCpu: { oursToConstant: number | null; oursToRendering: number | null };
  /** Median share of a core that the process used. Well below 1, the process was waiting. */
  busy: Record<ContestantName, number | null>;
}

interface Contestant {
  worker: Pick<BuiltWorker, "url" | "pid">;
  request: Buffer;
}

interface Rounds {
  rounds: number;
  roundMs: number;
  warmUpMs: number;
}

interface Round {
  answered: number;
  tookMs: number;
  cpuMs: number | null;
}

const FEED = "/en/feed.rss";
/** The number of items in a feed of the service. */
const ITEMS = 50;
/** Each has about 200 characters, so that a release has 3 kB. */
const PARAGRAPHS = 13;

export async function measureRates(
  scale: Rounds & { seed: number },
  onProgress: (done: number, total: number) => void,
): Promise<FeedRate[]> {
  await using parts = new AsyncDisposableStack();
  const ours = parts.use(await FeedService.start());
  await ours.api.publishBatch(
    releasesIn("en", ITEMS, scale.seed, PARAGRAPHS).map((release) => ({
      ...release,
      // Keeps fifty items below the size at which the service starts an archive.
      summary: release.title,
      organisations: [],
    })),
  );
  await waitUntilRendered(ours.url, ours.adminToken);
  const rendering = parts.use(await startRendering(ours.url));
  const rates: FeedRate[] = [];
  for (const answer of ANSWERS) {
    const encoding = answer === "identity" ? "identity" : "gzip";
    const status = answer === "not modified" ? 304 : 200;
    const whole = await captureResponse(new URL(FEED, ours.url), { "accept-encoding": encoding });
    const etag = whole.etag();
    const same = await captureResponse(new URL(FEED, ours.url), { "if-none-match": etag });
    if (whole.status !== 200 || same.status !== 304)
      throw new Error(`${FEED}: ${whole.status}, ${same.status}`);
    await using constant = await BuiltWorker.startOther("constant", {
      bindings: { ETAG: etag, OK_HEADERS: whole.headers, NOT_MODIFIED_HEADERS: same.headers },
      data: { BODY: whole.body },
    });
    const contestant = async (worker: Contestant["worker"]): Promise<Contestant> => {
      const url = new URL(FEED, worker.url);
      const headers = { "accept-encoding": encoding };
      const known = status === 304 ? { "if-none-match": (await captureResponse(url, headers)).etag() } : {};
      return { worker, request: getRequest(url, { ...headers, ...known }) };
    };
    const contestants = {
      ours: await contestant(ours),
      constant: await contestant(constant),
      rendering: await contestant(rendering),
    };
    const rounds = await interleave(contestants, status, scale, (done) =>
      onProgress(rates.length * scale.rounds + done, ANSWERS.length * scale.rounds),
    );
    rates.push(rateOf(answer, status === 304 ? 0 : whole.body.byteLength, rounds));
  }
  return rates;
}

async function startRendering(service: URL): Promise<BuiltWorker> {
  const response = await fetch(new URL("/en/feed.json", service));
  const feed = await response.json<{ items: unknown[] }>();
  if (feed.items.length !== ITEMS)
    throw new Error(`the feed has ${feed.items.length} items instead of ${ITEMS}`);
  return BuiltWorker.startOther("rendering", { bindings: { FEED: feed } });
}

/**
 * Warms each up first. The runtime copies a body twice. Until its collector has run a few times, each copy
 * takes new memory from the kernel page by page, which costs more than the copy itself.
 */
async function interleave(
  contestants: Record<ContestantName, Contestant>,
  status: number,
  scale: Rounds,
  onProgress: (done: number) => void,
): Promise<Record<ContestantName, Round[]>> {
  const rounds: Record<ContestantName, Round[]> = { ours: [], constant: [], rendering: [] };
  for (const name of CONTESTANTS) await roundOf(contestants[name], status, scale.warmUpMs);
  for (let number = 1; number <= scale.rounds; number += 1) {
    for (const name of CONTESTANTS)
      rounds[name].push(await roundOf(contestants[name], status, scale.roundMs));
    onProgress(number);
  }
  return rounds;
}

async function roundOf({ worker, request }: Contestant, status: number, ms: number): Promise<Round> {
  const cpuBeforeMs = await cpuMs(worker.pid);
  const startedMs = performance.now();
  const deadlineMs = startedMs + ms;
  const answered = await load(worker.url, status, () =>
    performance.now() < deadlineMs ? request : undefined,
  );
  const tookMs = performance.now() - startedMs;
  const cpuAfterMs = await cpuMs(worker.pid);
  return {
    answered,
    tookMs,
    cpuMs: cpuBeforeMs === null || cpuAfterMs === null ? null : cpuAfterMs - cpuBeforeMs,
  };
}

function rateOf(answer: AnswerKind, bytes: number, rounds: Record<ContestantName, Round[]>): FeedRate {
  const ours = figuresOf(rounds.ours);
  const constant = figuresOf(rounds.constant);
  const rendering = figuresOf(rounds.rendering);
  return {
    answer,
    bytes,
    perSecond: {
      ours: Math.round(ours.perSecond),
      constant: Math.round(constant.perSecond),
      rendering: Math.round(rendering.perSecond),
    },
    oursToConstant: hundredths(ours.perSecond / constant.perSecond),
    oursToRendering: hundredths(ours.perSecond / rendering.perSecond),
    byCpu: {
      oursToConstant: ratio(ours.perCpuSecond, constant.perCpuSecond),
      oursToRendering: ratio(ours.perCpuSecond, rendering.perCpuSecond),
    },
    busy: { ours: ours.busy, constant: constant.busy, rendering: rendering.busy },
  };
}

function figuresOf(rounds: readonly Round[]) {
  const answered = rounds.reduce((sum, round) => sum + round.answered, 0);
  const cpuMs = rounds.reduce<number | null>(
    (sum, round) => (sum === null || round.cpuMs === null ? null : sum + round.cpuMs),
    0,
  );
  return {
    perSecond: median(rounds.map((round) => (round.answered / round.tookMs) * 1_000)),
    // Over all rounds, because a single round is only a few clock ticks long.
    perCpuSecond: cpuMs === null ? null : (answered / cpuMs) * 1_000,
    busy:
      cpuMs === null ? null : hundredths(median(rounds.map((round) => (round.cpuMs ?? 0) / round.tookMs))),
  };
}

function ratio(one: number | null, other: number | null): number | null {
  return one === null || other === null ? null : hundredths(one / other);
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = (sorted.length - 1) / 2;
  return ((sorted[Math.floor(middle)] ?? Number.NaN) + (sorted[Math.ceil(middle)] ?? Number.NaN)) / 2;
}

function hundredths(value: number): number {
  return Math.round(value * 100) / 100;
}
