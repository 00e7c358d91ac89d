/**
 * SIGNING_KEY: the Ed25519 keys of the asymmetric signature. The public keys are published at
 * `/.well-known/webhook-keys.json`, so that every receiver can verify a signature without a shared secret.
 *
 * Several keys are comma-separated. All of them sign and all are published. To replace a key, put the
 * new key in front, wait until every receiver has fetched it, then remove the old key.
 */

/** A public key (RFC 8037). */
export interface PublicJwk {
  kty: "OKP";
  crv: "Ed25519";
  /** The 32 bytes, base64url. */
  x: string;
  use: "sig";
  alg: "EdDSA";
  /** The thumbprint of the key (RFC 7638). */
  kid: string;
}

export interface SigningKey {
  jwk: PublicJwk;
  /** Signs the UTF-8 bytes of a text; returns base64. */
  sign: (text: string) => Promise<string>;
}

const PREFIX = "whsk_";
const SEED_BYTES = 32;
/** The bytes that PKCS #8 puts before the 32 bytes of a seed (RFC 8410, section 7). */
const PKCS8_FRAME = Uint8Array.fromHex("302e020100300506032b657004220420");

/**
 * @param text `whsk_` and base64 of a 32-byte seed, or of seed and public key (64 bytes); several
 * comma-separated
 * @throws {RangeError} if a key has another form
 */
export async function readSigningKeys(text: string): Promise<SigningKey[]> {
  return Promise.all(text.split(",").map((part) => readSigningKey(part.trim())));
}

/** @throws {RangeError} if the text is not a key */
export function parseSigningSeed(text: string): Uint8Array {
  const bytes = text.startsWith(PREFIX) ? decodeBase64(text.slice(PREFIX.length)) : undefined;
  if (bytes === undefined || (bytes.length !== SEED_BYTES && bytes.length !== 2 * SEED_BYTES)) {
    throw new RangeError(
      "SIGNING_KEY must be whsk_ and 32 random bytes in base64, such as whsk_$(openssl rand -base64 32); several are comma-separated",
    );
  }
  return bytes.subarray(0, SEED_BYTES);
}

async function readSigningKey(text: string): Promise<SigningKey> {
  const pkcs8 = new Uint8Array([...PKCS8_FRAME, ...parseSigningSeed(text)]);
  const key = await crypto.subtle.importKey("pkcs8", pkcs8, { name: "Ed25519" }, true, ["sign"]);
  const exported = await crypto.subtle.exportKey("jwk", key);
  const x = "x" in exported && typeof exported.x === "string" ? exported.x : "";
  const thumbprint = JSON.stringify({ crv: "Ed25519", kty: "OKP", x });
  const kid = new Uint8Array(
    await crypto.subtle.digest("SHA-256", new TextEncoder().encode(thumbprint)),
  ).toBase64({ alphabet: "base64url", omitPadding: true });
  return {
    jwk: { kty: "OKP", crv: "Ed25519", x, use: "sig", alg: "EdDSA", kid },
    sign: async (signed) =>
      new Uint8Array(
        await crypto.subtle.sign({ name: "Ed25519" }, key, new TextEncoder().encode(signed)),
      ).toBase64(),
  };
}

function decodeBase64(text: string): Uint8Array | undefined {
  try {
    return Uint8Array.fromBase64(text);
  } catch {
    return undefined;
  }
}
