/**
 * Which releases somebody asked for.
 */
import * as z from "zod/mini";
import { canonicalLanguage, RELEASE_TYPES } from "./release.ts";

const oneOrMany = <T extends z.ZodMiniType<string, string>>(value: T) =>
  z.pipe(
    z.union([z.array(value), value], "must be one of the known values, or a list of them"),
    z.transform((given) => [...new Set(Array.isArray(given) ? given : [given])].sort()),
  );

/** Values of one field mean any of them, different fields mean all of them. */
export const filter = z.strictObject({
  lang: z.optional(
    oneOrMany(
      z.pipe(
        z.string().check(z.refine((tag) => canonicalLanguage(tag) !== undefined, "must be a BCP 47 tag")),
        z.transform((tag) => canonicalLanguage(tag) ?? tag),
      ),
    ),
  ),
  type: z.optional(oneOrMany(z.enum(RELEASE_TYPES))),
});
export type Filter = z.infer<typeof filter>;

/** Whether a release is among those asked for. An empty filter asks for all. */
export function matches(asked: Filter, release: { lang: string; type: string }): boolean {
  return (
    (asked.lang === undefined || asked.lang.includes(release.lang)) &&
    (asked.type === undefined || asked.type.some((type) => type === release.type))
  );
}
