/**
 * Tells search engines which pages have changed (indexnow.org/documentation): each page at most once in ten minutes,
 * many in one request. After a failed request it tries those pages again, and gives up after nearly a day.
 */
import { indexNowKeyPath } from "../../documents/paths.ts";
import { log } from "../../runtime/log.ts";
import type { Budget } from "../../runtime/bounded-work.ts";
import type { Sql } from "../../runtime/sql.ts";
import { retryAfterMs } from "../../webhooks/outcome.ts";
import {
  PAGES_PER_REQUEST,
  NOTICE_RETRY_MAX_MS,
  NOTICE_RETRY_MS,
  NOTICE_ATTEMPTS_MAX,
  NOTICE_TIMEOUT_MS,
} from "../limits.ts";
import {
  type ChangedPage,
  dropPage,
  duePages,
  forgetTold,
  markTold,
  nextPageMs,
  postponePage,
} from "../store/changed-pages.ts";

/** This address passes the notice on to all search engines that take part. */
export const INDEX_NOW_URL = "https://api.indexnow.org/indexnow";

interface IndexNowDeps {
  sql: Sql;
  baseUrl: string;
  /** INDEXNOW_KEY. Undefined: nothing is sent. */
  key: string | undefined;
  endpoint: string;
  /** Milliseconds since 1970. */
  now: () => number;
}

export class IndexNow {
  readonly #deps: IndexNowDeps;
  /** Milliseconds since 1970. A refusal is about the site: further pages would be refused too. */
  #pausedUntilMs = 0;

  constructor(deps: IndexNowDeps) {
    this.#deps = deps;
  }

  /** One request. @returns whether anything was due */
  async step(budget: Budget): Promise<boolean> {
    const { sql, key, now } = this.#deps;
    if (key === undefined || now() < this.#pausedUntilMs) return false;
    forgetTold(sql, now());
    const pages = duePages(sql, now(), PAGES_PER_REQUEST);
    if (pages.length === 0) return false;
    budget.spend(1);
    const answer = await this.#tell(key, pages);
    const isTaken = answer.kind === "taken";
    log(
      isTaken ? "info" : "warn",
      isTaken ? "search engines took the notice" : "search engines refused the notice",
      {
        pages: pages.length,
        ...answer,
      },
    );
    if (answer.kind === "taken") for (const page of pages) markTold(sql, page, now());
    else {
      this.#pausedUntilMs = now() + Math.max(NOTICE_RETRY_MS, answer.waitMs);
      for (const page of pages) this.#retry(page, answer);
    }
    return true;
  }

  /** When there is anything to do, in milliseconds since 1970. */
  nextDueMs(): number | undefined {
    const dueMs = this.#deps.key === undefined ? undefined : nextPageMs(this.#deps.sql);
    return dueMs === undefined ? undefined : Math.max(dueMs, this.#pausedUntilMs);
  }

  async #tell(key: string, pages: readonly ChangedPage[]): Promise<Answer> {
    const { baseUrl, endpoint, now } = this.#deps;
    try {
      const response = await fetch(endpoint, {
        method: "POST",
        headers: { "content-type": "application/json; charset=utf-8" },
        body: JSON.stringify({
          host: new URL(baseUrl).host,
          key,
          keyLocation: baseUrl + indexNowKeyPath(key),
          urlList: pages.map(({ path }) => baseUrl + path),
        }),
        signal: AbortSignal.timeout(NOTICE_TIMEOUT_MS),
        redirect: "manual",
      });
      await response.body?.cancel();
      const { status, headers } = response;
      // 202: taken, and the key is checked later.
      if (status === 200 || status === 202) return { kind: "taken", status };
      return { kind: "refused", status, waitMs: retryAfterMs(status, headers.get("retry-after"), now()) };
    } catch (error) {
      return { kind: "failed", error: String(error), waitMs: 0 };
    }
  }

  #retry(page: ChangedPage, { waitMs }: Exclude<Answer, { kind: "taken" }>): void {
    const { sql, now } = this.#deps;
    if (page.failures + 1 >= NOTICE_ATTEMPTS_MAX) dropPage(sql, page);
    else {
      const backoffMs = Math.min(NOTICE_RETRY_MS * 2 ** page.failures, NOTICE_RETRY_MAX_MS);
      postponePage(sql, page, now(), now() + Math.max(backoffMs, waitMs));
    }
  }
}

type Answer =
  | { kind: "taken"; status: number }
  | { kind: "refused"; status: number; waitMs: number }
  | { kind: "failed"; error: string; waitMs: number };
