/**
 * The settings of a subscription that depend on its format: how it names its endpoint, and what the endpoint can check.
 */
import type { Issue } from "../../domain/issues.ts";
import {
  type DeliveryFormat,
  type SubscriptionChange,
  type SubscriptionInput,
  telegramUrl,
} from "../../domain/subscription.ts";
import { checkResolvedTarget } from "../../webhooks/attempt.ts";
import { ResolverError } from "../../webhooks/dns.ts";
import { FORMATS } from "../../webhooks/payload.ts";
import type { Context } from "../context.ts";

type Given = Pick<
  SubscriptionInput | SubscriptionChange,
  "url" | "telegram" | "shape" | "header" | "asymmetric"
> &
  Partial<Pick<SubscriptionInput, "secret">>;

/** The URL that a request names, by itself or by a bot and a chat; undefined if it names none. */
export function namedUrl({ url, telegram }: Pick<Given, "url" | "telegram">): string | undefined {
  return telegram === undefined ? url : telegramUrl(telegram);
}

/** Settings that an endpoint of this format has no use for. */
export function validateSettings(format: DeliveryFormat, given: Given): Issue[] {
  const { url, telegram, shape, header, secret, asymmetric } = given;
  const { sign, shapes } = FORMATS[format];
  const issues: Issue[] = [];
  const refuse = (path: string, message: string) => issues.push({ path, message });
  if (telegram !== undefined && format !== "telegram") refuse("/telegram", "is for the format telegram");
  else if (telegram !== undefined && url !== undefined) {
    refuse("/url", "must be left out beside `telegram`, which makes it");
  }
  if (shape !== undefined && shapes === undefined) refuse("/shape", "is for the format teams");
  if (sign === undefined && header) refuse("/header", "must be left out: a chat service checks no header");
  if (sign === undefined && secret !== undefined) {
    refuse("/secret", "must be left out: nothing that a chat gets is signed");
  }
  if (sign === undefined && asymmetric === true) {
    refuse("/asymmetric", "must be left out: a chat service checks no signature");
  }
  return issues;
}

/** Checks a URL by its spelling, by its format and by the addresses to which its name resolves now. */
export async function validateTarget(
  c: Context,
  format: DeliveryFormat,
  url: string,
): Promise<Issue | undefined> {
  const { localTargets, dnsResolver, deliveryTimeoutMs } = c.var.config;
  try {
    const target = await checkResolvedTarget(url, {
      fetch: (...request) => fetch(...request),
      localTargets,
      resolver: dnsResolver,
      signal: AbortSignal.timeout(deliveryTimeoutMs),
    });
    const reason = target.ok ? reasonAgainst(format, target) : target.reason;
    return reason === undefined ? undefined : { path: "/url", message: reason };
  } catch (error) {
    // The name is resolved again before the first attempt, so accepting the URL risks nothing.
    if (error instanceof ResolverError) return undefined;
    throw error;
  }
}

/** With LOCAL_TARGETS, a program on this machine can take the messages of a chat format. */
function reasonAgainst(
  format: DeliveryFormat,
  { url, isLocal }: { url: URL; isLocal: boolean },
): string | undefined {
  return isLocal ? undefined : FORMATS[format].reasonAgainstUrl?.(url);
}
