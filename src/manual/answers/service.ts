/**
 * What the API answers about the service as a whole: its registry, its identity, its health, backups.
 */
import * as z from "zod/mini";
import type { PublicJwk } from "../../crypto/signing-keys.ts";
import type { DroppedValue, Registry } from "../../domain/registry.ts";
import { complete, count, maybe, subscriptionId, text } from "./shared.ts";

const byLanguage = z.record(z.string(), text);
const values = z.array(
  z.strictObject({
    slug: text,
    names: byLanguage,
    spellings: z.array(text),
    role: maybe(byLanguage),
    link: maybe(z.url()),
  }),
);
const facets = { types: values, topics: values, people: values, organisations: values, places: values };
export const registryView = complete<Registry>(facets);

const dropped = complete<DroppedValue>({
  path: text,
  value: text,
  subscriptions: count,
  message: text,
});
export const putRegistryAnswer = z.strictObject({ ...facets, warnings: maybe(z.array(dropped)) });

const localText = z.union([text, byLanguage]);
const identityFields = {
  title: localText,
  publisher: localText,
  description: maybe(localText),
  logo: maybe(text),
  colour: maybe(text),
  contact: maybe(
    z.strictObject({
      name: maybe(localText),
      email: maybe(z.email()),
      phone: maybe(text),
      address: maybe(localText),
    }),
  ),
  links: maybe(z.array(z.strictObject({ text: localText, url: z.url() }))),
  licence: maybe(z.url()),
  ai: z.strictObject({ search: z.boolean(), answer: z.boolean(), train: z.boolean() }),
  phrases: maybe(z.record(z.string(), z.record(z.string(), z.unknown()))),
};
export const putSiteAnswer = z.strictObject({ ...identityFields, changed: z.boolean() });

export const identity = z.strictObject(identityFields);

export const health = z.strictObject({
  status: z.literal("ok"),
  sequence: count,
  waiting: maybe(count),
  following: maybe(count),
});

export const keySet = z.strictObject({
  keys: z.array(
    z.strictObject({
      kty: z.literal("OKP"),
      crv: z.literal("Ed25519"),
      x: text,
      use: z.literal("sig"),
      alg: z.literal("EdDSA"),
      kid: text,
    }) satisfies z.ZodMiniType<PublicJwk>,
  ),
});

export const accepted = z.strictObject({ status: z.literal("accepted") });
export const resealed = z.strictObject({
  resealed: count,
  unreadable: z.array(subscriptionId),
  next: z.nullable(text),
});

/** The lines are those of the archive: see cli/README.md. */
export const backupPage = z.strictObject({
  lines: z.array(z.record(z.string(), z.unknown())),
  next: z.nullable(text),
});
const phase = z.enum(["clearing", "rows", "finishing"]);
export const begunRestore = z.strictObject({ phase, baseUrl: text });
export const clearedRestore = z.strictObject({ phase });
export const takenLines = z.strictObject({ taken: count });
export const restoredFile = z.strictObject({ sha256: text });
export const finishedRestore = z.strictObject({ waiting: count });
export const discardedRestore = z.strictObject({ done: z.boolean() });
