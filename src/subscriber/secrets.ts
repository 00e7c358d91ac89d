/**
 * The signing secrets of one subscription: encrypted at rest, several while one replaces another.
 */
import { firstKey, keyId } from "../crypto/key-ring.ts";
import { seal, unseal } from "../crypto/sealed.ts";
import { LIVE_SECRETS_MAX, SECRET_BYTES } from "./limits.ts";
import type { Subscription } from "./subscription.ts";

type SealedSecret = Subscription["secrets"][number];

/** `whsec_` and base64 of random bytes (Standard Webhooks 1.0). */
export function newSecret(): string {
  return `whsec_${crypto.getRandomValues(new Uint8Array(SECRET_BYTES)).toBase64()}`;
}

/** What is sealed. The name is part of what binds a sealed value to its place: it must not change. */
type SecretField = "secret" | "header" | "url";

/** Encrypts and decrypts, and caches the plain text in memory: decrypting takes longer than signing. */
export class Secrets {
  readonly #secretsKey: string;
  readonly #opened = new Map<string, string>();
  #firstKeyId: Promise<string> | undefined;

  /** @param secretsKey one key, or several */
  constructor(secretsKey: string) {
    this.#secretsKey = secretsKey;
  }

  /** The id of the key that seals. */
  firstKeyId(): Promise<string> {
    return (this.#firstKeyId ??= keyId(firstKey(this.#secretsKey)));
  }

  async seal(subscription: string, field: SecretField, text: string): Promise<string> {
    const place = placeOf(subscription, field);
    const sealed = await seal(this.#secretsKey, text, place);
    this.#opened.set(`${place} ${sealed}`, text);
    return sealed;
  }

  async sealHeader(
    subscription: string,
    header: { name: string; value: string },
  ): Promise<NonNullable<Subscription["header"]>> {
    return { name: header.name, sealedValue: await this.seal(subscription, "header", header.value) };
  }

  /** @throws {UnreadableSecretError} if no key opens it */
  async open(subscription: string, field: SecretField, sealed: string): Promise<string> {
    const place = placeOf(subscription, field);
    const known = this.#opened.get(`${place} ${sealed}`);
    if (known !== undefined) return known;
    const text = await unseal(this.#secretsKey, sealed, place);
    this.#opened.set(`${place} ${sealed}`, text);
    return text;
  }

  /** The subscription's own header. @throws {UnreadableSecretError} */
  async openHeader({ id, header }: Subscription): Promise<{ name: string; value: string } | undefined> {
    return header && { name: header.name, value: await this.open(id, "header", header.sealedValue) };
  }

  /** The secrets that sign now, newest first. @throws {UnreadableSecretError} */
  openLive({ id, secrets }: Subscription, nowMs: number): Promise<string[]> {
    return Promise.all(selectLive(secrets, nowMs).map(({ sealed }) => this.open(id, "secret", sealed)));
  }
}

function placeOf(subscription: string, field: SecretField): string {
  return `${subscription} ${field}`;
}

/**
 * Puts a new secret in front. The older secrets sign for `overlapMs` more, but never longer than an earlier
 * rotation allowed.
 *
 * @returns the instant from which on a rotation is possible, if more than LIVE_SECRETS_MAX would sign now: an endpoint may
 *   still know only the oldest
 */
export function rotateSecrets(
  secrets: readonly SealedSecret[],
  sealed: string,
  overlapMs: number,
  nowMs: number,
): SealedSecret[] | { fullUntilMs: number } {
  const untilMs = nowMs + overlapMs;
  const older = selectLive(secrets, nowMs)
    .map((secret) => ({ ...secret, untilMs: Math.min(secret.untilMs ?? Infinity, untilMs) }))
    .filter((secret) => secret.untilMs > nowMs);
  if (older.length >= LIVE_SECRETS_MAX) {
    return { fullUntilMs: Math.min(...older.map((secret) => secret.untilMs)) };
  }
  return [{ sealed, untilMs: null }, ...older];
}

/** The secrets that have not expired. */
export function selectLive(secrets: readonly SealedSecret[], nowMs: number): SealedSecret[] {
  return secrets.filter(({ untilMs }) => untilMs === null || untilMs > nowMs);
}
