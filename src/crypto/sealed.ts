/**
 * Secrets at rest: encrypted with AES-256-GCM by a key derived from SECRETS_KEY, and bound to the place where they are
 * stored: somebody who can write storage cannot exchange one secret for another.
 */
import { deriveKey, firstKey, keyId, splitKeys } from "./key-ring.ts";

/** No key of SECRETS_KEY opens a sealed text, or it was changed or moved. */
export class UnreadableSecretError extends Error {}

/**
 * Encrypts with the first key.
 *
 * @param place where the text is stored: a subscription and a field
 * @returns the id of the key, a dot, and base64 of the nonce and the ciphertext
 */
export async function seal(secretsKey: string, text: string, place: string): Promise<string> {
  const first = firstKey(secretsKey);
  const key = await deriveKey(first, "seal", AES, "encrypt");
  const nonce = crypto.getRandomValues(new Uint8Array(NONCE_BYTES));
  const sealed = await crypto.subtle.encrypt(gcm(nonce, place), key, new TextEncoder().encode(text));
  const bytes = new Uint8Array([...nonce, ...new Uint8Array(sealed)]);
  return `${await keyId(first)}.${bytes.toBase64()}`;
}

/** Decrypts what {@link seal} returned for the same place. @throws {UnreadableSecretError} */
export async function unseal(secretsKey: string, sealed: string, place: string): Promise<string> {
  const wanted = sealingKeyId(sealed);
  for (const each of splitKeys(secretsKey)) {
    if ((await keyId(each)) !== wanted) continue;
    const key = await deriveKey(each, "seal", AES, "decrypt");
    try {
      const bytes = Uint8Array.fromBase64(sealed.slice(wanted.length + 1));
      const nonce = bytes.subarray(0, NONCE_BYTES);
      const text = await crypto.subtle.decrypt(gcm(nonce, place), key, bytes.subarray(NONCE_BYTES));
      return new TextDecoder().decode(text);
    } catch (error) {
      throw new UnreadableSecretError("a sealed secret was changed or moved", { cause: error });
    }
  }
  throw new UnreadableSecretError(`SECRETS_KEY holds no key with the id ${wanted}`);
}

/** The id of the key that sealed a text. */
export function sealingKeyId(sealed: string): string {
  return sealed.split(".")[0] ?? "";
}

const NONCE_BYTES = 12;
const AES = { name: "AES-GCM", length: 256 };

function gcm(iv: Uint8Array, place: string): SubtleCryptoEncryptAlgorithm {
  return { name: "AES-GCM", iv, additionalData: new TextEncoder().encode(place) };
}
