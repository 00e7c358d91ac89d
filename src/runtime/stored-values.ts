/**
 * Single values in the storage of a Durable Object. They are read far more often than written, and each
 * read from storage parses the value again, so values are cached in memory.
 */
export class StoredValues {
  readonly #storage: DurableObjectStorage;
  readonly #values: Pick<StoredValue<unknown>, "forget" | "clear">[] = [];

  constructor(storage: DurableObjectStorage) {
    this.#storage = storage;
  }

  value<T>(key: string): StoredValue<T> {
    const value = new StoredValue<T>(this.#storage.kv, key);
    this.#values.push(value);
    return value;
  }

  /** Runs synchronous work in one transaction. If the work throws, the caches are dropped too. */
  atomically<T>(work: () => T): T {
    try {
      return this.#storage.transactionSync(work);
    } catch (error) {
      this.forget();
      throw error;
    }
  }

  /** Drops the caches, after storage was written without them. */
  forget(): void {
    for (const value of this.#values) value.forget();
  }

  /** Deletes the alarm and everything in storage. */
  async deleteAll(): Promise<void> {
    // Clear cached values first, so that concurrent calls already see the storage as empty.
    for (const value of this.#values) value.clear();
    await this.#storage.deleteAlarm();
    await this.#storage.deleteAll();
  }
}

export class StoredValue<T> {
  readonly #kv: SyncKvStorage;
  readonly #key: string;
  #cached: { value: T | undefined } | undefined;

  constructor(kv: SyncKvStorage, key: string) {
    this.#kv = kv;
    this.#key = key;
  }

  /** The value; undefined where nothing is stored. Callers must not change it. */
  get(): T | undefined {
    this.#cached ??= { value: this.#kv.get<T>(this.#key) };
    return this.#cached.value;
  }

  put(value: T): void {
    this.#kv.put(this.#key, value);
    this.#cached = { value };
  }

  /** Drops the cache: the next `get` reads from storage. */
  forget(): void {
    this.#cached = undefined;
  }

  /** Makes `get` return undefined without touching storage. */
  clear(): void {
    this.#cached = { value: undefined };
  }
}
