/**
 * What is derived from SECRETS_KEY: the key that seals subscribers' secrets at rest, and the tokens
 * that let a subscriber in. A derived token can be checked without asking anybody, so a guessed id
 * wakes no object, and every wrong token takes the same time.
 */

/** What a token opens. */
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

/** AES-256-GCM, the nonce in front, in base64. */
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

/** @throws {Error} if it was sealed with another key, or changed */
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

/** Whether two texts are equal, in a time that does not tell where they differ. */
export async function sameSecret(given: string, expected: string): Promise<boolean> {
  const [a, b] = await Promise.all([sha256(given), sha256(expected)]);
  return crypto.subtle.timingSafeEqual(a, b);
}

const NONCE_BYTES = 12;

async function sha256(text: string): Promise<ArrayBuffer> {
  return crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
}

/** HKDF (RFC 5869): one key for each use, so that none tells anything of another. */
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
