/**
 * Measures how many requests a second are answered for a feed that everybody polls, beside a Worker with a
 * constant answer and one that renders the feed for each request.
 */
import { BuiltWorker } from "./built-worker.ts";
import { FeedService } from "./feed-service.ts";
import { releasesIn } from "./generated-releases.ts";
import {
  type AnswerKind,
  ANSWERS,
  constantLike,
  contestant,
  figuresOf,
  hundredths,
  interleave,
  ratio,
  type Round,
  type Rounds,
  statusOf,
} from "./rounds.ts";
import { waitUntilRendered } from "./wait-until-rendered.ts";

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
    const constant = await constantLike(new URL(FEED, ours.url), answer);
    await using constantWorker = constant.worker;
    const contestants = {
      ours: await contestant(ours, FEED, answer),
      constant: await contestant(constantWorker, FEED, answer),
      rendering: await contestant(rendering, FEED, answer),
    };
    const rounds = await interleave(contestants, statusOf(answer), scale, (done) =>
      onProgress(rates.length * scale.rounds + done, ANSWERS.length * scale.rounds),
    );
    rates.push(rateOf(answer, constant.bytes, rounds));
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
