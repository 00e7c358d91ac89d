/**
 * Pages and feeds are only shown if each language of the site has wording: none gets English in silence.
 */
import { languagesWithoutWording } from "../../i18n/wording.ts";
import type { Middleware } from "../context.ts";
import { problem } from "../problem.ts";
import { siteOf } from "./site.ts";

/** Answers 503 and names the languages that lack wording. It asks the site only where we have none ourselves. */
export function requireWording(): Middleware {
  return async function requireWordingMiddleware(c, next) {
    const { languages } = c.var.config.site;
    if (languagesWithoutWording({ languages }).length === 0) return next();
    const missing = languagesWithoutWording(await siteOf(c));
    if (missing.length === 0) return next();
    return problem(c, {
      code: "wording-missing",
      detail: `LANGUAGES has ${missing.join(", ")}, in which there is no wording, or not all of it. Write it in phrases.yaml of the content folder and publish, or take the language out of LANGUAGES.`,
    });
  };
}
