/**
 * Text that is one for all languages, or another one for each.
 */
import * as z from "zod/mini";
import { recordOf } from "./bounded.ts";
import { plainMessage } from "./issues.ts";
import { LANGUAGES_NAMED_MAX } from "./limits.ts";
import { canonicalLanguage, line } from "./release.ts";

/** One text, or `{ en: "…", hy: "…" }` by BCP 47 tag. */
export type LocalText = string | Readonly<Record<string, string>>;

/** Keys are BCP 47 in their canonical case. */
export function byLanguage<T extends z.ZodMiniType>(value: T) {
  return recordOf(
    z.string().check(z.refine((tag) => canonicalLanguage(tag) === tag, "must be BCP 47 language tags")),
    value,
    LANGUAGES_NAMED_MAX,
  );
}

/** Text on one line, of at most `max` characters, for all languages or for each. */
export function localText(max: number): z.ZodMiniType<LocalText> {
  const one = line(max);
  const each = byLanguage(line(max)).check(
    z.refine((texts) => Object.keys(texts).length > 0, "must hold a text in at least one language"),
  );
  const parsing = z.pipe(
    z.unknown(),
    z.transform((given, context): LocalText => {
      const isRecord = typeof given === "object" && given !== null && !Array.isArray(given);
      const parsed = z.safeParse<z.ZodMiniType<LocalText>>(isRecord ? each : one, given, {
        error: plainMessage,
      });
      if (parsed.success) return parsed.data;
      for (const issue of parsed.error.issues) {
        // The caller words wrong types: YAML has its own.
        const { message, ...raw } = issue;
        const worded = issue.code === "invalid_type" ? raw : { ...raw, message };
        context.issues.push({ input: given, ...worded } as z.core.$ZodRawIssue);
      }
      return z.NEVER;
    }),
  );
  // For the OpenAPI document, which cannot look into the function above.
  return Object.assign(parsing, { accepts: [one, each] });
}

/**
 * The text in a language: its own, else that of a wider tag (`de-AT`: `de`), else that of the site's default
 * language, else the first.
 *
 * @param languages of the site; the first is the default
 */
export function textIn(text: LocalText, lang: string, languages: readonly string[]): string {
  if (typeof text === "string") return text;
  const [first = lang] = languages;
  return ownText(text, lang) ?? ownText(text, first) ?? Object.values(text)[0] ?? "";
}

/** The text that is given for a language, or for a wider tag of it; undefined if there is none. */
export function ownText(text: Readonly<Record<string, string>>, lang: string): string | undefined {
  for (let tag = lang; ; tag = tag.slice(0, tag.lastIndexOf("-"))) {
    if (Object.hasOwn(text, tag)) return text[tag];
    if (!tag.includes("-")) return undefined;
  }
}
