/**
 * Transactions that are rolled back although nothing has failed.
 */

/** Thrown to roll a transaction back; carries the result out of it. */
class Rollback {
  readonly result: unknown;

  constructor(result: unknown) {
    this.result = result;
  }
}

/**
 * Runs synchronous work in one transaction.
 *
 * @param isKept whether what the work stored is kept, by its result
 * @returns the result, also of work that was rolled back
 */
export function transact<T>(
  storage: Pick<DurableObjectStorage, "transactionSync">,
  work: () => T,
  isKept: (result: T) => boolean,
): T {
  try {
    return storage.transactionSync(() => {
      const result = work();
      if (!isKept(result)) throw new Rollback(result);
      return result;
    });
  } catch (thrown) {
    if (thrown instanceof Rollback) return thrown.result as T;
    throw thrown;
  }
}
