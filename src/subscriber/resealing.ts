/**
 * Sealing the secrets of a subscription again with the first key of SECRETS_KEY, so that an older key can be taken out.
 */
import { defined } from "../domain/defined.ts";
import { hashUrl } from "../crypto/tokens.ts";
import { sealingKeyId, UnreadableSecretError } from "../crypto/sealed.ts";
import type { SubscriberParts } from "./parts.ts";
import { selectLive } from "./secrets.ts";
import type { Subscription } from "./subscription.ts";

/** `unreadable`: no key opens the secrets; only the key that sealed them helps, or a new subscription. */
export type Resealed = "unchanged" | "resealed" | "unreadable";

/** The id of the key that keeps this subscription readable: one that is not the first, if there is one. */
export async function sealingKeyOf(
  { secrets }: SubscriberParts,
  subscription: Subscription,
): Promise<string> {
  const first = await secrets.firstKeyId();
  const { header, sealedUrl } = subscription;
  const used = subscription.secrets.map(({ sealed }) => sealed);
  if (header !== undefined) used.push(header.sealedValue);
  if (sealedUrl !== undefined) used.push(sealedUrl);
  return used.map(sealingKeyId).find((id) => id !== first) ?? first;
}

/** Seals again what another key than the first one sealed. Secrets that no longer sign are dropped. */
export async function reseal(parts: SubscriberParts): Promise<Resealed> {
  const { state, secrets, secretsKey, jobs, now } = parts;
  const before = state.get();
  if (before === undefined || (await sealingKeyOf(parts, before)) === (await secrets.firstKeyId())) {
    return "unchanged";
  }
  const sealedAgain = new Map<string, string>();
  let urlKey = before.urlKey;
  try {
    for (const { sealed } of selectLive(before.secrets, now())) {
      const text = await secrets.open(before.id, "secret", sealed);
      sealedAgain.set(sealed, await secrets.seal(before.id, "secret", text));
    }
    const header = await secrets.openHeader(before);
    if (before.header !== undefined && header !== undefined) {
      sealedAgain.set(before.header.sealedValue, await secrets.seal(before.id, "header", header.value));
    }
    if (before.sealedUrl !== undefined) {
      const url = await secrets.open(before.id, "url", before.sealedUrl);
      sealedAgain.set(before.sealedUrl, await secrets.seal(before.id, "url", url));
      urlKey = await hashUrl(secretsKey, url);
    }
  } catch (error) {
    if (!(error instanceof UnreadableSecretError)) throw error;
    state.recordUnreadable();
    return "unreadable";
  }
  // Read again: a secret may have been rotated meanwhile.
  const present = state.get();
  if (present === undefined) return "unchanged";
  const renew = (sealed: string) => sealedAgain.get(sealed) ?? sealed;
  const { header, sealedUrl } = present;
  state.save({
    ...present,
    secrets: selectLive(present.secrets, now()).map((secret) => ({
      ...secret,
      sealed: renew(secret.sealed),
    })),
    // The keyed hash belongs to the URL that was sealed again; the mutex keeps a change of the URL away.
    ...defined({ sealedUrl: sealedUrl && renew(sealedUrl), urlKey }),
    ...(header === undefined ? {} : { header: { ...header, sealedValue: renew(header.sealedValue) } }),
  });
  state.recordReadable();
  jobs.enqueue("report", null, now());
  return "resealed";
}
