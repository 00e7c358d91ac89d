/**
 * Pages and feeds are only shown if each language of the site has wording: none gets English in silence.
 */
import { languagesWithoutWording, validateWording } from "../../i18n/wording.ts";
import type { Context, Middleware } from "../context.ts";
import { problem } from "../problem.ts";
import { siteOf } from "./site.ts";

/** Answers 503 where a language has no wording. */
export function requireWording(): Middleware {
  return async function requireWordingMiddleware(c, next) {
    return (await wordingProblem(c)) ?? next();
  };
}

/**
 * The refusal that names the languages that lack wording, and the missing phrases of one that has some; undefined if all
 * have it. Asks the site only where we have none ourselves.
 */
export async function wordingProblem(c: Context): Promise<Response | undefined> {
  const { languages } = c.var.config.site;
  if (languagesWithoutWording({ languages }).length === 0) return undefined;
  const site = await siteOf(c);
  const missing = languagesWithoutWording(site);
  if (missing.length === 0) return undefined;
  return problem(c, {
    code: "wording-missing",
    detail: `LANGUAGES has ${missing.join(", ")}, in which there is no wording, or not all of it. Write it in phrases.yaml of the content folder and publish, or take the language out of LANGUAGES.`,
    errors: validateWording(site),
  });
}
