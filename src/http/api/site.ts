/**
 * `PUT /site`: the identity of the site.
 */
import { type SiteIdentity, validateDefaultLanguage, withDefaults } from "../../domain/site.ts";
import { validateWording } from "../../i18n/wording.ts";
import { newsroom } from "../../runtime/stubs.ts";
import type { Context } from "../context.ts";
import { invalid } from "../problem.ts";
import { parseDryRun } from "../refuse-dry-run.ts";

/** Makes the identity be what the body says. The answer has its defaults, and whether it is another one than before. */
export async function putSite(c: Context, body: SiteIdentity): Promise<Response> {
  const { site } = c.var.config;
  const dryRun = parseDryRun(c);
  if (!dryRun.ok) return invalid(c, dryRun.issues);
  const issues = [
    ...validateDefaultLanguage(body, site.languages),
    ...validateWording({ languages: site.languages, phrases: body.phrases }),
  ];
  if (issues.length > 0) return invalid(c, issues);
  const { changed } = await newsroom(c.env).setSite(body, dryRun.value);
  return c.json({ ...withDefaults(body, site), changed });
}
