/**
 * Schemas of lists and records with a limit that is checked before their entries: a body may hold a hundred thousand
 * wrong entries, and naming each of them is more than an answer, or the call stack, can hold.
 */
import * as z from "zod/mini";

/** @param what the entries, for the message: `values` */
export function listOf<T extends z.ZodMiniType>(item: T, max: number, what = "entries") {
  const items = z.array(item) as unknown as z.ZodMiniType<z.output<T>[], unknown[]>;
  return z.pipe(z.array(z.unknown()).check(z.maxLength(max, `must have at most ${max} ${what}`)), items);
}

/** An object whose keys are not known. */
export function recordOf<T extends z.ZodMiniType>(key: z.ZodMiniType<string, string>, value: T, max: number) {
  const entries = z.record(key, value) as unknown as z.ZodMiniType<
    Record<string, z.output<T>>,
    Record<string, unknown>
  >;
  const isSmall = z.refine<Record<string, unknown>>(
    (given) => Object.keys(given).length <= max,
    `must have at most ${max} entries`,
  );
  return z.pipe(z.record(z.string(), z.unknown()).check(isSmall), entries);
}
