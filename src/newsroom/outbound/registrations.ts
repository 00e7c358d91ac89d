/**
 * Registering subscriptions: their filters, duplicates, limits, and the keys that seal their secrets.
 */
import type { Config } from "../../config.ts";
import { keyIds } from "../../crypto/key-ring.ts";
import { type RegistryIssue, validateFilterLanguages } from "../../domain/registry.ts";
import type { Registration } from "../../domain/subscription.ts";
import type { Sql } from "../../runtime/sql.ts";
import { transact } from "../../runtime/transact.ts";
import type { RegistryStore } from "../store/registry.ts";
import { setVersion } from "../store/topics.ts";
import { hasUnknownKey, noteSealingKey, sealedWithOthers } from "../store/sealing-keys.ts";
import {
  activate,
  change,
  findOfHub,
  findRepeated,
  findVerified,
  hasFilter,
  register,
  type Registered,
  type Requester,
  saveReport,
  type SubscriptionReport,
  withKey,
} from "../store/subscriptions.ts";

interface RegistrationsDeps {
  storage: Pick<DurableObjectStorage, "transactionSync">;
  sql: Sql;
  registry: RegistryStore;
  config: Config;
  secretsKey: string;
  /** Milliseconds since 1970. */
  now: () => number;
}

type Invalid = { kind: "invalid"; issues: RegistryIssue[] };

export class Registrations {
  readonly #deps: RegistrationsDeps;
  #keyIds: Promise<string[]> | undefined;

  constructor(deps: RegistrationsDeps) {
    this.#deps = deps;
  }

  /**
   * Registers a subscription, before its Subscriber is created: events from now on belong to it.
   *
   * @param dryRun validate and answer, but store nothing and delete nothing
   */
  async register(
    registration: Registration,
    isVerified: boolean,
    requester: Requester,
    dryRun: boolean,
  ): Promise<Registered | Invalid> {
    const { storage, sql, registry, config, now } = this.#deps;
    const issues = this.#validateFilter(registration, requester.isAdmin);
    // Before duplicates are looked for: that another subscription names a value must not reveal the value.
    const isSecret = !requester.isAdmin && registry.isSecret(registration.filter);
    if (isSecret) return { kind: "invalid", issues };
    const firstKey = await this.#firstKeyId();
    const keyed = await withKey(registration);
    const duplicate = findVerified(sql, keyed);
    const isRepeated = findRepeated(sql, keyed, requester, now()) !== undefined;
    if (duplicate !== undefined && !isRepeated) return { kind: "duplicate", id: duplicate };
    if (issues.length > 0) return { kind: "invalid", issues };
    const limits = { nowMs: now(), hostLimits: config.hostLimits };
    const work = () => {
      const registered = register(sql, keyed, isVerified, requester, limits);
      if (registered.kind === "registered") noteSealingKey(sql, registration.id, firstKey);
      return registered;
    };
    return transact(storage, work, ({ kind }) => kind === "registered" && !dryRun);
  }

  /**
   * Registers a callback for a topic of the hub, before its Subscriber is created. One callback with one topic is one
   * subscription.
   *
   * @param topicVersion the version of the topic that the subscriber has; '': an older one
   * @param dryRun answer, but store nothing and delete nothing
   */
  async registerForHub(
    registration: Registration,
    topicVersion: string,
    requester: Requester,
    dryRun: boolean,
  ): Promise<{ kind: "registered"; id: string } | Extract<Registered, { kind: "too-many" }>> {
    const { storage, sql, config, now } = this.#deps;
    const firstKey = await this.#firstKeyId();
    const keyed = await withKey(registration);
    const known = findOfHub(sql, keyed);
    if (known !== undefined) return { kind: "registered", id: known };
    const limits = { nowMs: now(), hostLimits: config.hostLimits };
    const work = () => {
      const registered = register(sql, keyed, false, requester, limits);
      if (registered.kind !== "registered") return registered;
      setVersion(sql, registration.id, topicVersion);
      noteSealingKey(sql, registration.id, firstKey);
      return { kind: "registered" as const, id: registration.id };
    };
    return transact(storage, work, ({ kind }) => kind === "registered" && !dryRun);
  }

  /**
   * Stores a change of a subscription. `duplicate`: another verified one has this URL and filter.
   *
   * @param dryRun validate and answer, but store nothing
   */
  async change(
    registration: Registration,
    isAdmin: boolean,
    dryRun: boolean,
  ): Promise<{ kind: "amended" | "duplicate" } | Invalid> {
    const { storage, sql } = this.#deps;
    const keyed = await withKey(registration);
    const issues = this.#validateFilter(registration, isAdmin);
    if (issues.length > 0) return { kind: "invalid", issues };
    const isAmended = transact(
      storage,
      () => change(sql, keyed),
      (isDone) => isDone && !dryRun,
    );
    return { kind: isAmended ? "amended" : "duplicate" };
  }

  /** Marks a subscription as verified; `isWaived`: the admin waives verification and limits. */
  activate(id: string, isWaived: boolean): ReturnType<typeof activate> {
    return activate(this.#deps.sql, id, isWaived, this.#deps.config.hostLimits);
  }

  /**
   * Stores the state of a subscription.
   *
   * @param sealingKey the id of the key that seals its secrets
   * @returns false if the subscription is not registered any more
   */
  async saveReport(
    registration: Registration,
    report: SubscriptionReport,
    sealingKey: string,
  ): Promise<boolean> {
    const { sql, now } = this.#deps;
    const keyed = await withKey(registration);
    const isRegistered = saveReport(sql, keyed, report, now());
    if (isRegistered) noteSealingKey(sql, registration.id, sealingKey);
    return isRegistered;
  }

  /** Some subscriptions whose secrets another key than the first one seals, by id. */
  async sealedWithOthers(after: string, limit: number): Promise<string[]> {
    return sealedWithOthers(this.#deps.sql, await this.#firstKeyId(), after, limit);
  }

  /** Whether SECRETS_KEY opens the secrets of all subscriptions. */
  async opensSecrets(): Promise<boolean> {
    return !hasUnknownKey(this.#deps.sql, await this.#readKeyIds());
  }

  /** An unchanged filter is valid: its values may have been retired since it was chosen. */
  #validateFilter({ id, filter }: Registration, isAdmin: boolean): RegistryIssue[] {
    const { sql, registry, config } = this.#deps;
    if (hasFilter(sql, id, filter)) return [];
    return [
      ...registry.unknownToSubscriber(filter, isAdmin),
      ...validateFilterLanguages(filter, config.site.languages),
    ].map((issue) => ({ ...issue, path: `/filter${issue.path}` }));
  }

  async #firstKeyId(): Promise<string> {
    const [first = ""] = await this.#readKeyIds();
    return first;
  }

  /** The ids of the keys in SECRETS_KEY, the one that seals first. */
  #readKeyIds(): Promise<string[]> {
    return (this.#keyIds ??= keyIds(this.#deps.secretsKey));
  }
}
