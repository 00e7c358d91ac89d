/**
 * The URL of an endpoint as it is stored. That of a chat is a secret: it is sealed, compared by a keyed hash, and shown as
 * its host.
 */
import { hashUrl } from "../crypto/tokens.ts";
import type { DeliveryFormat, Registration } from "../domain/subscription.ts";
import { canonicalTarget, maskedTarget } from "../domain/target-url.ts";
import { FORMATS } from "../webhooks/payload.ts";
import type { Secrets } from "./secrets.ts";
import type { RegisteredUrl, StoredUrl, Subscription } from "./subscription.ts";

/** @param url an absolute URL */
export async function registeredUrl(
  secretsKey: string,
  format: DeliveryFormat,
  url: string,
): Promise<RegisteredUrl> {
  const canonical = canonicalTarget(url);
  if (FORMATS[format].hasSecretUrl !== true) return { url: canonical };
  return { url: maskedTarget(canonical), urlKey: await hashUrl(secretsKey, canonical) };
}

export async function storedUrl(
  { secrets, secretsKey }: { secrets: Secrets; secretsKey: string },
  { id, format }: Pick<Registration, "id" | "format">,
  url: string,
): Promise<StoredUrl> {
  const registered = await registeredUrl(secretsKey, format, url);
  if (registered.urlKey === undefined) return registered;
  const sealedUrl = await secrets.seal(id, "url", canonicalTarget(url));
  return { ...registered, sealedUrl, urlId: crypto.randomUUID() };
}

/** The URL to send to. @throws {UnreadableSecretError} */
export async function openUrl(secrets: Secrets, { id, url, sealedUrl }: Subscription): Promise<string> {
  return sealedUrl === undefined ? url : secrets.open(id, "url", sealedUrl);
}

/** Parts of a URL that are shorter are no secrets, and may be ordinary words. */
const SECRET_CHARS_MIN = 6;

/** An answer without the parts of a secret URL that it repeats, as they are in the URL or decoded. */
export function withoutUrl(answer: string, url: string): string {
  const { pathname, search, searchParams } = new URL(url);
  const values = search.split(/[?&]/).map((pair) => pair.slice(pair.indexOf("=") + 1));
  const written = [...pathname.split("/"), ...values];
  return (
    [url, ...written, ...written.map(decode), ...searchParams.values()]
      .filter((part) => part.length >= SECRET_CHARS_MIN)
      // A part that is in another one would leave the rest of that.
      .sort((a, b) => b.length - a.length)
      .reduce((text, part) => text.replaceAll(part, "…"), answer)
  );
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
