/**
 * One object's storage with single values that are read far more often than written: they are
 * remembered, since reading one means to take it apart anew.
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

  /** All of the work or none of it: what is remembered, too. */
  atomically<T>(work: () => T): T {
    try {
      return this.#storage.transactionSync(work);
    } catch (error) {
      this.#forget();
      throw error;
    }
  }

  /** From this moment on there is nothing, for whoever looks while it is being deleted too. */
  async deleteAll(): Promise<void> {
    for (const value of this.#values) value.clear();
    await this.#storage.deleteAlarm();
    await this.#storage.deleteAll();
  }

  #forget(): void {
    for (const value of this.#values) value.forget();
  }
}

export class StoredValue<T> {
  readonly #kv: SyncKvStorage;
  readonly #key: string;
  #known: { value: T | undefined } | undefined;

  constructor(kv: SyncKvStorage, key: string) {
    this.#kv = kv;
    this.#key = key;
  }

  /** Not to be changed by who gets it. */
  get(): T | undefined {
    this.#known ??= { value: this.#kv.get<T>(this.#key) };
    return this.#known.value;
  }

  put(value: T): void {
    this.#kv.put(this.#key, value);
    this.#known = { value };
  }

  /** It is read anew. */
  forget(): void {
    this.#known = undefined;
  }

  clear(): void {
    this.#known = { value: undefined };
  }
}
