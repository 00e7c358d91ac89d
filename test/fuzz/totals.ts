/**
 * Counts the answers of each route.
 */
import type { FuzzRequest } from "./request.ts";
import type { Answer } from "./send.ts";

export interface RouteTotal {
  route: string;
  requests: number;
  "2xx": number;
  "3xx": number;
  "4xx": number;
  "5xx": number;
  none: number;
  medianMs: number;
  slowestMs: number;
}

type StatusClass = "2xx" | "3xx" | "4xx" | "5xx" | "none";

export class Totals {
  readonly #routes = new Map<string, { counts: Record<StatusClass, number>; ms: number[] }>();
  sent = 0;

  add({ route }: FuzzRequest, { status, ms }: Answer): void {
    const counts = { "2xx": 0, "3xx": 0, "4xx": 0, "5xx": 0, none: 0 };
    const known = this.#routes.get(route) ?? { counts, ms: [] };
    this.#routes.set(route, known);
    known.counts[classOf(status)] += 1;
    known.ms.push(ms);
    this.sent += 1;
  }

  /** Slowest route first. */
  rows(): RouteTotal[] {
    return [...this.#routes]
      .map(([route, { counts, ms }]) => {
        const sorted = ms.toSorted((a, b) => a - b);
        const medianMs = tenths(sorted[Math.floor(sorted.length / 2)]);
        return { route, requests: ms.length, ...counts, medianMs, slowestMs: tenths(sorted.at(-1)) };
      })
      .toSorted((a, b) => b.slowestMs - a.slowestMs);
  }
}

function classOf(status: number): StatusClass {
  return status === 0 ? "none" : (`${Math.floor(status / 100)}xx` as StatusClass);
}

function tenths(ms = 0): number {
  return Math.round(ms * 10) / 10;
}
