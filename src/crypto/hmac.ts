/**
 * HMAC with a key that another program has as text.
 */
export type HmacHash = "SHA-1" | "SHA-256" | "SHA-384" | "SHA-512";

/** @returns hexadecimal digits */
export async function hmacHex(hash: HmacHash, key: string, text: string): Promise<string> {
  const bytes = (of: string) => new TextEncoder().encode(of);
  const imported = await crypto.subtle.importKey("raw", bytes(key), { name: "HMAC", hash }, false, ["sign"]);
  return new Uint8Array(await crypto.subtle.sign("HMAC", imported, bytes(text))).toHex();
}
