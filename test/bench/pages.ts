/**
 * Measures how many requests a second are answered for the page of a release that everybody opens, beside a Worker
 * with a constant answer of the same size.
 */
import { FeedService } from "./feed-service.ts";
import { releasesIn } from "./generated-releases.ts";
import {
  type AnswerKind,
  constantLike,
  contestant,
  figuresOf,
  hundredths,
  interleave,
  ratio,
  statusOf,
} from "./rounds.ts";
import { waitUntilRendered } from "./wait-until-rendered.ts";

export interface PagesOptions {
  rounds: number;
  seed: number;
}

export interface PageRate {
  page: string;
  answer: AnswerKind;
  bytes: number;
  /** Medians of the rounds. */
  perSecond: { ours: number; constant: number };
  oursToConstant: number;
  /** The same per second of CPU time of the process, which other load hardly affects. */
  byCpu: number | null;
}

/** Pages are compressed by Cloudflare, not by the service. */
const ANSWERS = ["identity", "not modified"] as const;
const RELEASES = 60;
const PARAGRAPHS = 13;
const ROUND_MS = 350;
const WARM_UP_MS = 5_000;

export async function measurePages(
  { rounds, seed }: PagesOptions,
  onProgress: (done: number, total: number) => void,
): Promise<PageRate[]> {
  await using ours = await FeedService.start();
  const releases = releasesIn("en", RELEASES, seed, PARAGRAPHS);
  await ours.api.publishBatch(releases);
  await waitUntilRendered(ours.url, ours.adminToken);
  const pages = { release: `/en/releases/${releases[0]?.slug ?? ""}`, list: "/en" };
  const scale = { rounds, roundMs: ROUND_MS, warmUpMs: Math.min(WARM_UP_MS, rounds * ROUND_MS) };
  const rates: PageRate[] = [];
  for (const [page, path] of Object.entries(pages)) {
    for (const answer of ANSWERS) {
      const { worker, bytes } = await constantLike(new URL(path, ours.url), answer);
      await using constant = worker;
      const contestants = {
        ours: await contestant(ours, path, answer),
        constant: await contestant(constant, path, answer),
      };
      const measured = await interleave(contestants, statusOf(answer), scale, (done) =>
        onProgress(rates.length * rounds + done, 4 * rounds),
      );
      const [own, other] = [figuresOf(measured.ours), figuresOf(measured.constant)];
      rates.push({
        page,
        answer,
        bytes,
        perSecond: { ours: Math.round(own.perSecond), constant: Math.round(other.perSecond) },
        oursToConstant: hundredths(own.perSecond / other.perSecond),
        byCpu: ratio(own.perCpuSecond, other.perCpuSecond),
      });
    }
  }
  return rates;
}
