/**
 * The signing secrets of one subscription: encrypted at rest, several while one replaces another.
 */
import { seal, unseal } from "../crypto/tokens.ts";
import { LIVE_SECRETS_MAX, SECRET_BYTES } from "./limits.ts";
import type { Subscription } from "./subscription.ts";

type SealedSecret = Subscription["secrets"][number];

/** `whsec_` and base64 of random bytes (Standard Webhooks 1.0). */
export function newSecret(): string {
  return `whsec_${crypto.getRandomValues(new Uint8Array(SECRET_BYTES)).toBase64()}`;
}

/** Encrypts and decrypts, and caches the plain text in memory: decrypting takes longer than signing. */
export class Secrets {
  readonly #key: string;
  readonly #opened = new Map<string, string>();

  constructor(secretsKey: string) {
    this.#key = secretsKey;
  }

  async seal(text: string): Promise<string> {
    const sealed = await seal(this.#key, text);
    this.#opened.set(sealed, text);
    return sealed;
  }

  async sealHeader(header: { name: string; value: string }): Promise<NonNullable<Subscription["header"]>> {
    return { name: header.name, sealedValue: await this.seal(header.value) };
  }

  async openHeader({
    name,
    sealedValue,
  }: NonNullable<Subscription["header"]>): Promise<{ name: string; value: string }> {
    return { name, value: await this.open(sealedValue) };
  }

  async open(sealed: string): Promise<string> {
    const known = this.#opened.get(sealed);
    if (known !== undefined) return known;
    const text = await unseal(this.#key, sealed);
    this.#opened.set(sealed, text);
    return text;
  }

  /** The secrets that sign now, newest first. */
  openLive(secrets: readonly SealedSecret[], nowMs: number): Promise<string[]> {
    return Promise.all(selectLive(secrets, nowMs).map(({ sealed }) => this.open(sealed)));
  }
}

/**
 * Puts a new secret in front. The older secrets sign for `overlapMs` more, but never longer than an earlier
 * rotation allowed.
 */
export function rotateSecrets(
  secrets: readonly SealedSecret[],
  sealed: string,
  overlapMs: number,
  nowMs: number,
): SealedSecret[] {
  const untilMs = nowMs + overlapMs;
  const older = selectLive(secrets, nowMs)
    .map((secret) => ({ ...secret, untilMs: Math.min(secret.untilMs ?? Infinity, untilMs) }))
    .filter((secret) => secret.untilMs > nowMs);
  return [{ sealed, untilMs: null }, ...older].slice(0, LIVE_SECRETS_MAX);
}

function selectLive(secrets: readonly SealedSecret[], nowMs: number): SealedSecret[] {
  return secrets.filter(({ untilMs }) => untilMs === null || untilMs > nowMs);
}
