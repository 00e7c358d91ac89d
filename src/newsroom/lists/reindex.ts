/**
 * Indexes the words of all releases again after SEARCH_INDEX_VERSION was raised, in steps that can be cut
 * off anywhere. Until it is done, releases that were not reached are found by their former words.
 */
import type { Instant } from "../../domain/dates.ts";
import { SEARCH_INDEX_VERSION } from "../../domain/search.ts";
import type { Budget } from "../../runtime/bounded-work.ts";
import type { Sql } from "../../runtime/sql.ts";
import { REINDEXED_PER_STEP } from "../limits.ts";
import { getMeta, setMeta } from "../store/schema.ts";
import type { Lists } from "./lists.ts";
import { reindexBefore } from "./release-index.ts";

/** The state of the index, stored as JSON under the meta key `fold`. */
interface Progress {
  /** The SEARCH_INDEX_VERSION of the words from `from` on. */
  fold: number;
  /** Null when all words are indexed. */
  from: Instant | null;
}

interface ReindexingDeps {
  storage: Pick<DurableObjectStorage, "transactionSync">;
  sql: Sql;
  lists: Lists;
  /** Milliseconds since 1970. */
  now: () => number;
}

export class Reindexing {
  readonly #deps: ReindexingDeps;
  /** Read once: only this object writes it. */
  #progress: Progress | undefined;

  constructor(deps: ReindexingDeps) {
    this.#deps = deps;
  }

  /** One bounded step, which counts as a call. @returns whether there was anything to do */
  step(budget: Budget): boolean {
    const { from } = this.#readProgress();
    if (from === null) return false;
    budget.spend(1);
    const { storage, sql, lists, now } = this.#deps;
    storage.transactionSync(() => {
      const last = reindexBefore(sql, from, REINDEXED_PER_STEP);
      if (last === undefined) lists.repartitionSearchLists(now());
      this.#writeProgress({ fold: SEARCH_INDEX_VERSION, from: last ?? null });
    });
    return true;
  }

  /** Now, as long as anything is left to do; milliseconds since 1970. */
  nextDueMs(): number | undefined {
    return this.#readProgress().from === null ? undefined : this.#deps.now();
  }

  #readProgress(): Progress {
    if (this.#progress !== undefined) return this.#progress;
    const stored = getMeta(this.#deps.sql, "fold");
    const found = stored === undefined ? undefined : (JSON.parse(String(stored)) as Progress);
    const fromTheStart = { fold: SEARCH_INDEX_VERSION, from: Number.MAX_SAFE_INTEGER };
    return (this.#progress = found?.fold === SEARCH_INDEX_VERSION ? found : fromTheStart);
  }

  #writeProgress(progress: Progress): void {
    setMeta(this.#deps.sql, "fold", JSON.stringify(progress));
    this.#progress = progress;
  }
}
