/**
 * Makes and indexes the words of all editions again after SEARCH_INDEX_VERSION was raised, in steps that can
 * be cut off anywhere. Until it is done, editions that were not reached are found by their former words.
 */
import { SEARCH_INDEX_VERSION } from "../../domain/search.ts";
import type { Budget } from "../../runtime/bounded-work.ts";
import type { Sql } from "../../runtime/sql.ts";
import { REINDEXED_PER_STEP } from "../limits.ts";
import { type EditionKey, remakeWords } from "../store/edition-words.ts";
import { getMeta, setMeta } from "../store/schema.ts";
import type { Combinations } from "./combinations.ts";
import { reindexWords } from "./release-index.ts";

/** The state of the index, stored as JSON under the meta key `fold`. */
interface Progress {
  /** The SEARCH_INDEX_VERSION of the words up to `after`. */
  fold: number;
  /** The last edition that is done; null when all are. */
  after: EditionKey | null;
}

interface ReindexingDeps {
  storage: Pick<DurableObjectStorage, "transactionSync">;
  sql: Sql;
  combinations: Combinations;
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
    const { after } = this.#readProgress();
    if (after === null) return false;
    budget.spend(1);
    const { storage, sql, combinations } = this.#deps;
    storage.transactionSync(() => {
      const done = remakeWords(sql, after, REINDEXED_PER_STEP);
      for (const edition of done) reindexWords(sql, edition);
      if (done.length === 0) combinations.endAll("searches");
      this.#writeProgress({ fold: SEARCH_INDEX_VERSION, after: done.at(-1) ?? null });
    });
    return true;
  }

  /** Now, as long as anything is left to do; milliseconds since 1970. */
  nextDueMs(): number | undefined {
    return this.#readProgress().after === null ? undefined : this.#deps.now();
  }

  #readProgress(): Progress {
    if (this.#progress !== undefined) return this.#progress;
    const stored = getMeta(this.#deps.sql, "fold");
    const found = stored === undefined ? undefined : (JSON.parse(String(stored)) as Progress);
    const fromTheStart = { fold: SEARCH_INDEX_VERSION, after: { release: "", edition: 0 } };
    return (this.#progress = found?.fold === SEARCH_INDEX_VERSION ? found : fromTheStart);
  }

  #writeProgress(progress: Progress): void {
    setMeta(this.#deps.sql, "fold", JSON.stringify(progress));
    this.#progress = progress;
  }
}
