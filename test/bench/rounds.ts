/**
 * Requests answered in a second by several Workers, in interleaved rounds, so that other load of the machine affects
 * all of them.
 */
import { BuiltWorker } from "./built-worker.ts";
import { captureResponse } from "./captured-response.ts";
import { getRequest, load } from "./http-load.ts";
import { cpuMs } from "./process-usage.ts";

export const ANSWERS = ["gzip", "identity", "not modified"] as const;
export type AnswerKind = (typeof ANSWERS)[number];

export interface Contestant {
  worker: Pick<BuiltWorker, "url" | "pid">;
  request: Buffer;
}

export interface Rounds {
  rounds: number;
  roundMs: number;
  warmUpMs: number;
}

export interface Round {
  answered: number;
  tookMs: number;
  cpuMs: number | null;
}

/** A Worker that answers as another one does, with constants. */
export async function constantLike(
  url: URL,
  answer: AnswerKind,
): Promise<{ worker: BuiltWorker; bytes: number }> {
  const whole = await captureResponse(url, { "accept-encoding": encodingOf(answer) });
  const etag = whole.etag();
  const same = await captureResponse(url, { "if-none-match": etag });
  if (whole.status !== 200 || same.status !== 304) {
    throw new Error(`${url.pathname}: ${whole.status}, ${same.status}`);
  }
  const worker = await BuiltWorker.startOther("constant", {
    bindings: { ETAG: etag, OK_HEADERS: whole.headers, NOT_MODIFIED_HEADERS: same.headers },
    data: { BODY: whole.body },
  });
  return { worker, bytes: statusOf(answer) === 304 ? 0 : whole.body.byteLength };
}

export async function contestant(
  worker: Contestant["worker"],
  path: string,
  answer: AnswerKind,
): Promise<Contestant> {
  const url = new URL(path, worker.url);
  const headers = { "accept-encoding": encodingOf(answer) };
  const known =
    statusOf(answer) === 304 ? { "if-none-match": (await captureResponse(url, headers)).etag() } : {};
  return { worker, request: getRequest(url, { ...headers, ...known }) };
}

export function statusOf(answer: AnswerKind): number {
  return answer === "not modified" ? 304 : 200;
}

function encodingOf(answer: AnswerKind): string {
  return answer === "identity" ? "identity" : "gzip";
}

/**
 * Warms each up first. The runtime copies a body twice. Until its collector has run a few times, each copy
 * takes new memory from the kernel page by page, which costs more than the copy itself.
 */
export async function interleave<N extends string>(
  contestants: Record<N, Contestant>,
  status: number,
  scale: Rounds,
  onProgress: (done: number) => void,
): Promise<Record<N, Round[]>> {
  const names = Object.keys(contestants) as N[];
  const rounds = Object.fromEntries(names.map((name) => [name, [] as Round[]])) as Record<N, Round[]>;
  for (const name of names) await roundOf(contestants[name], status, scale.warmUpMs);
  for (let number = 1; number <= scale.rounds; number += 1) {
    for (const name of names) rounds[name].push(await roundOf(contestants[name], status, scale.roundMs));
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

export function figuresOf(rounds: readonly Round[]) {
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

export function ratio(one: number | null, other: number | null): number | null {
  return one === null || other === null ? null : hundredths(one / other);
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = (sorted.length - 1) / 2;
  return ((sorted[Math.floor(middle)] ?? Number.NaN) + (sorted[Math.ceil(middle)] ?? Number.NaN)) / 2;
}

export function hundredths(value: number): number {
  return Math.round(value * 100) / 100;
}
