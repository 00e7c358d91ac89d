/**
 * SECRETS_KEY: one key, or several while one replaces another, comma-separated. The first one seals and derives. The
 * others still open what they sealed, and the tokens that they derived are accepted until they are taken out.
 *
 * HKDF (RFC 5869) makes an independent key for each use. The labels (`communique seal`, `communique token:…`) must not
 * change: stored secrets and issued tokens depend on them.
 */

/** The keys in SECRETS_KEY, the one that seals first. */
export function splitKeys(secretsKey: string): string[] {
  return secretsKey.split(",").map((part) => part.trim());
}

/** The key that seals and derives. */
export function firstKey(secretsKey: string): string {
  return splitKeys(secretsKey)[0] ?? "";
}

/** The name of each key, in the same order: what is sealed names its key. Says nothing about the key itself. */
export function keyIds(secretsKey: string): Promise<string[]> {
  return Promise.all(splitKeys(secretsKey).map(keyId));
}

/** @param key one key, not several */
export async function keyId(key: string): Promise<string> {
  const bits = await crypto.subtle.deriveBits(hkdf("key-id"), await material(key, "deriveBits"), KEY_ID_BITS);
  return new Uint8Array(bits).toBase64({ alphabet: "base64url" });
}

/**
 * The key for one use.
 *
 * @param key one key, not several
 * @param use part of the label
 */
export async function deriveKey(
  key: string,
  use: string,
  algorithm: SubtleCryptoImportKeyAlgorithm,
  usage: "sign" | "encrypt" | "decrypt",
): Promise<CryptoKey> {
  return crypto.subtle.deriveKey(hkdf(use), await material(key, "deriveKey"), algorithm, false, [usage]);
}

/** Enough that two keys of one service never share a name. */
const KEY_ID_BITS = 48;

function hkdf(use: string): SubtleCryptoDeriveKeyAlgorithm {
  const info = new TextEncoder().encode(`communique ${use}`);
  return { name: "HKDF", hash: "SHA-256", salt: new Uint8Array(), info };
}

function material(key: string, usage: "deriveKey" | "deriveBits"): Promise<CryptoKey> {
  return crypto.subtle.importKey("raw", new TextEncoder().encode(key), "HKDF", false, [usage]);
}
