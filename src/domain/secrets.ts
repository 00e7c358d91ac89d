/**
 * What the secrets of a service must be like.
 */
import { SECRET_BYTES_MIN, SECRET_DISTINCT_CHARS_MIN } from "./limits.ts";

/** Random bytes as `openssl rand -base64 32` writes them, or the same in base64url. */
const BASE64 = /^[A-Za-z0-9+/_-]+={0,2}$/;

/**
 * Whether a secret may be one that nobody can guess: base64 of enough bytes, and not a few characters repeated. This
 * cannot know how the secret was made: a sentence without spaces or a known example passes.
 */
export function isStrongSecret(text: string): boolean {
  const chars = text.replace(/=+$/, "");
  return (
    BASE64.test(text) &&
    Math.floor((chars.length * 6) / 8) >= SECRET_BYTES_MIN &&
    new Set(chars).size >= SECRET_DISTINCT_CHARS_MIN
  );
}

/** What to do about a secret that is not strong. */
export function weakSecretMessage(name: string): string {
  return `${name} must be at least ${SECRET_BYTES_MIN} random bytes in base64: make one with \`openssl rand -base64 ${SECRET_BYTES_MIN}\``;
}
