/**
 * Tokens derived from SECRETS_KEY. A derived token is checked without a lookup, so a guessed id wakes no Durable
 * Object, and every wrong token takes the same time.
 */
import { deriveKey, firstKey, splitKeys } from "./key-ring.ts";

/** `subscription`: the token of the owner; `confirm`: the token in a confirm URL. */
export type TokenPurpose = "subscription" | "confirm";

/**
 * An unguessable token for one subscription, one purpose and one number, which it begins with: the generation of the
 * owner's token, or the verification of a confirm URL.
 *
 * @returns `NUMBER.TOKEN`
 */
export async function issueToken(
  secretsKey: string,
  purpose: TokenPurpose,
  subscription: string,
  number: number,
): Promise<string> {
  return `${number}.${await mac(firstKey(secretsKey), purpose, `${subscription}.${number}`)}`;
}

/**
 * The number of a token that any of the keys derived; undefined for any other text. The caller decides whether the
 * number is still valid.
 */
export async function readToken(
  secretsKey: string,
  purpose: TokenPurpose,
  subscription: string,
  given: string,
): Promise<number | undefined> {
  const [, number, token] = TOKEN.exec(given) ?? [];
  // A text that is no token takes the same time as one that is wrong.
  const matches = await Promise.all(
    splitKeys(secretsKey).map(async (key) =>
      sameSecret(token ?? "", await mac(key, purpose, `${subscription}.${number}`)),
    ),
  );
  return matches.includes(true) ? Number(number) : undefined;
}

/**
 * A keyed hash of the secret URL of an endpoint, by the first key: it shows that two subscriptions have one URL, and
 * does not show the URL. Changes with the key.
 */
export async function hashUrl(secretsKey: string, url: string): Promise<string> {
  return mac(firstKey(secretsKey), "url", url);
}

/** Whether two texts are equal, in constant time. */
export async function sameSecret(given: string, expected: string): Promise<boolean> {
  const [a, b] = await Promise.all([sha256(given), sha256(expected)]);
  return crypto.subtle.timingSafeEqual(a, b);
}

const TOKEN = /^([1-9]\d{0,8})\.(.+)$/;

async function mac(key: string, purpose: TokenPurpose | "url", text: string): Promise<string> {
  const hmac = { name: "HMAC", hash: "SHA-256", length: 256 };
  const derived = await deriveKey(key, `token:${purpose}`, hmac, "sign");
  const bytes = await crypto.subtle.sign("HMAC", derived, new TextEncoder().encode(text));
  return new Uint8Array(bytes).toBase64({ alphabet: "base64url", omitPadding: true });
}

async function sha256(text: string): Promise<ArrayBuffer> {
  return crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
}
