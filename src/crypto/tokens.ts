/**
 * Everything that is derived from SECRETS_KEY: the key that encrypts the secrets of subscriptions at rest,
 * and the tokens of subscriptions. A derived token is checked without a lookup, so a guessed id wakes no
 * Durable Object, and every wrong token takes the same time.
 */

/** `subscription`: the token of the owner; `confirm`: the token in a confirm URL. */
export type TokenPurpose = "subscription" | "confirm";

/** @returns an unguessable token for one subscription and one purpose */
export async function deriveToken(secretsKey: string, purpose: TokenPurpose, id: string): Promise<string> {
  const key = await derive(
    secretsKey,
    `token:${purpose}`,
    { name: "HMAC", hash: "SHA-256", length: 256 },
    "sign",
  );
  const mac = await crypto.subtle.sign("HMAC", key, new TextEncoder().encode(id));
  return new Uint8Array(mac).toBase64({ alphabet: "base64url", omitPadding: true });
}

/** Encrypts with AES-256-GCM. @returns base64 of the nonce and the ciphertext */
export async function seal(secretsKey: string, text: string): Promise<string> {
  const key = await derive(secretsKey, "seal", { name: "AES-GCM", length: 256 }, "encrypt");
  const nonce = crypto.getRandomValues(new Uint8Array(NONCE_BYTES));
  const sealed = await crypto.subtle.encrypt(
    { name: "AES-GCM", iv: nonce },
    key,
    new TextEncoder().encode(text),
  );
  return new Uint8Array([...nonce, ...new Uint8Array(sealed)]).toBase64();
}

/** Decrypts what {@link seal} returned. @throws {Error} if the key is another one or the bytes were changed */
export async function unseal(secretsKey: string, sealed: string): Promise<string> {
  const key = await derive(secretsKey, "seal", { name: "AES-GCM", length: 256 }, "decrypt");
  const bytes = Uint8Array.fromBase64(sealed);
  const text = await crypto.subtle.decrypt(
    { name: "AES-GCM", iv: bytes.subarray(0, NONCE_BYTES) },
    key,
    bytes.subarray(NONCE_BYTES),
  );
  return new TextDecoder().decode(text);
}

/** Whether two texts are equal, in constant time. */
export async function sameSecret(given: string, expected: string): Promise<boolean> {
  const [a, b] = await Promise.all([sha256(given), sha256(expected)]);
  return crypto.subtle.timingSafeEqual(a, b);
}

const NONCE_BYTES = 12;

async function sha256(text: string): Promise<ArrayBuffer> {
  return crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
}

/**
 * HKDF (RFC 5869): an independent key for each use. The labels (`communique seal`, `communique token:…`)
 * must not change: stored secrets and issued tokens depend on them.
 */
async function derive(
  secretsKey: string,
  use: string,
  algorithm: SubtleCryptoImportKeyAlgorithm,
  usage: "sign" | "encrypt" | "decrypt",
): Promise<CryptoKey> {
  const material = await crypto.subtle.importKey("raw", new TextEncoder().encode(secretsKey), "HKDF", false, [
    "deriveKey",
  ]);
  return crypto.subtle.deriveKey(
    {
      name: "HKDF",
      hash: "SHA-256",
      salt: new Uint8Array(),
      info: new TextEncoder().encode(`communique ${use}`),
    },
    material,
    algorithm,
    false,
    [usage],
  );
}
