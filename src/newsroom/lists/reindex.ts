/**
 * Makes the index of words anew, once, when texts are folded otherwise than when it was made: in steps
 * that can be cut off anywhere. Until it is done, texts not yet come to are found by their former words.
 */
import type { Budget } from "../../runtime/bounded-work.ts";
import type { Instant } from "../../domain/dates.ts";
import { SEARCH_INDEX_VERSION } from "../../domain/search.ts";
import { REINDEXED_PER_STEP } from "../limits.ts";
import { getMeta, setMeta } from "../store/schema.ts";
import type { Sql } from "../../runtime/sql.ts";
import type { ReleaseIndex } from "./release-index.ts";
import type { Lists } from "./lists.ts";

/** By which fold the index is made, and, as long as it is not done, the instant from which on it is so. */
interface Progress {
  fold: number;
  from: Instant | null;
}

export class Reindexing {
  readonly #storage: Pick<DurableObjectStorage, "transactionSync">;
  readonly #sql: Sql;
  readonly #releaseIndex: ReleaseIndex;
  readonly #lists: Lists;
  readonly #now: () => number;
  /** Read once: only this object writes it. */
  #known: Progress | undefined;

  constructor(
    storage: Pick<DurableObjectStorage, "transactionSync">,
    sql: Sql,
    releaseIndex: ReleaseIndex,
    lists: Lists,
    now: () => number,
  ) {
    this.#storage = storage;
    this.#sql = sql;
    this.#releaseIndex = releaseIndex;
    this.#lists = lists;
    this.#now = now;
  }

  /** One bounded step, which counts as a call. @returns whether there was anything to do */
  step(budget: Budget): boolean {
    const { from } = this.#progress();
    if (from === null) return false;
    budget.spend(1);
    this.#storage.transactionSync(() => {
      const last = this.#releaseIndex.reindexBefore(from, REINDEXED_PER_STEP);
      if (last === undefined) this.#lists.repartitionSearchLists(this.#now());
      this.#write({ fold: SEARCH_INDEX_VERSION, from: last ?? null });
    });
    return true;
  }

  /** Now, as long as there is anything to do; milliseconds since 1970. */
  nextDueMs(): number | undefined {
    return this.#progress().from === null ? undefined : this.#now();
  }

  #progress(): Progress {
    if (this.#known !== undefined) return this.#known;
    const stored = getMeta(this.#sql, "fold");
    const found = stored === undefined ? undefined : (JSON.parse(String(stored)) as Progress);
    this.#known =
      found?.fold === SEARCH_INDEX_VERSION
        ? found
        : { fold: SEARCH_INDEX_VERSION, from: Number.MAX_SAFE_INTEGER };
    return this.#known;
  }

  #write(progress: Progress): void {
    setMeta(this.#sql, "fold", JSON.stringify(progress));
    this.#known = progress;
  }
}
