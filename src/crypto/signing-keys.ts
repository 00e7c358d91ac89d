/**
 * SIGNING_KEY: the Ed25519 keys of the asymmetric signature, which anybody can verify with what
 * `/.well-known/webhook-keys.json` says, and nobody else can make.
 *
 * Several keys, comma-separated, all sign and are all published: that is how one is replaced. The new
 * one is put in front, and the old one taken away when every receiver has had time to fetch the new.
 */

/** A public key as RFC 8037 has it. */
export interface PublicJwk {
  kty: "OKP";
  crv: "Ed25519";
  /** The 32 bytes, base64url. */
  x: string;
  use: "sig";
  alg: "EdDSA";
  /** Its thumbprint (RFC 7638), so that one key has one name wherever it is used. */
  kid: string;
}

export interface SigningKey {
  jwk: PublicJwk;
  /** Base64 of the signature over a text's UTF-8 bytes. */
  sign: (text: string) => Promise<string>;
}

const PREFIX = "whsk_";
const SEED_BYTES = 32;
/** The frame in which PKCS #8 holds the 32 bytes of a seed (RFC 8410, 7). */
const PKCS8_FRAME = Uint8Array.fromHex("302e020100300506032b657004220420");

/**
 * @param text `whsk_` and base64 of a 32-byte seed, or of seed and public key (64 bytes); several
 * comma-separated
 * @throws {RangeError} naming the setting, if it is something else
 */
export async function readSigningKeys(text: string): Promise<SigningKey[]> {
  return Promise.all(text.split(",").map((part) => readSigningKey(part.trim())));
}

/** @throws {RangeError} if it is no key */
export function signingSeed(text: string): Uint8Array {
  const bytes = text.startsWith(PREFIX) ? base64Bytes(text.slice(PREFIX.length)) : undefined;
  if (bytes === undefined || (bytes.length !== SEED_BYTES && bytes.length !== 2 * SEED_BYTES)) {
    throw new RangeError(
      "SIGNING_KEY must be whsk_ and 32 random bytes in base64, such as whsk_$(openssl rand -base64 32); several are comma-separated",
    );
  }
  return bytes.subarray(0, SEED_BYTES);
}

async function readSigningKey(text: string): Promise<SigningKey> {
  const pkcs8 = new Uint8Array([...PKCS8_FRAME, ...signingSeed(text)]);
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

function base64Bytes(text: string): Uint8Array | undefined {
  try {
    return Uint8Array.fromBase64(text);
  } catch {
    return undefined;
  }
}
