/**
 * Parts that answers share. The schemas of answers say what the service sends; they are read when the manual is made and
 * by tests, and are no part of the Worker.
 */
import * as z from "zod/mini";
import { SUBSCRIPTION_ID } from "../../domain/subscription.ts";
import { PROBLEM_CODES, type ProblemCode } from "../../domain/codes.ts";
import type { Filter } from "../../domain/filter.ts";
import { RELEASE_EVENT_TYPES } from "../../domain/event.ts";

/** Optional: what is not there has no key. */
export const maybe = z.exactOptional;

/** An object with every field of a type, also those that may be left out. */
export function complete<T>(fields: { [K in keyof Required<T>]: z.ZodMiniType<T[K]> }): z.ZodMiniType<T> {
  return z.strictObject(fields) as unknown as z.ZodMiniType<T>;
}

export const text = z.string();
export const count = z.int().check(z.nonnegative());
export const time = z.iso.datetime();
export const sha256 = z.string().check(z.regex(/^[0-9a-f]{64}$/));
export const eventId = z.string().check(z.regex(/^evt_/));
export const subscriptionId = z.string().check(z.regex(SUBSCRIPTION_ID));
export const releaseEventType = z.enum(RELEASE_EVENT_TYPES);

/** A page of a list; `next` is the cursor of the next page, null on the last one. */
export function pageOf<T extends z.ZodMiniType>(row: T) {
  return z.strictObject({ data: z.array(row), next: z.nullable(text) });
}

const values = maybe(z.array(text));
const conditions = {
  lang: values,
  type: values,
  topic: values,
  person: values,
  organisation: values,
  place: values,
  q: maybe(text),
};

export const filterView = complete<Filter>({
  ...conditions,
  not: maybe(z.strictObject(conditions)),
});

const issue = z.strictObject({ path: text, message: text, line: maybe(z.int().check(z.positive())) });

/** RFC 9457. */
export const problem = z.strictObject({
  type: z.url(),
  title: text,
  status: z.int().check(z.minimum(400), z.maximum(599)),
  code: z.enum(Object.keys(PROBLEM_CODES) as [ProblemCode, ...ProblemCode[]]),
  detail: text,
  errors: maybe(z.array(issue)),
});
