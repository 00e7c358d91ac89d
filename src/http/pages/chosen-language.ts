/**
 * The language of a page that no list is in.
 */
import type { Context } from "../context.ts";
import { weightsIn } from "../documents/negotiation.ts";

/**
 * The chosen language, the one of the texts, or what the browser prefers of those of the site.
 *
 * @param fields of the query or of a form: `ui` is the chosen language, `lang` that of the texts
 */
export function chosenLanguage(c: Context, fields: URLSearchParams): string {
  const { languages } = c.var.config.site;
  const texts = fields.getAll("lang");
  const accepted = weightsIn(c.req.header("accept-language") ?? "").filter(({ quality }) => quality > 0);
  const preferred = accepted.toSorted((a, b) => b.quality - a.quality).map(({ name }) => name);
  const wanted = [fields.get("ui") ?? "", ...(texts.length === 1 ? texts : []), ...preferred];
  const find = (tag: string) =>
    languages.find((each) => each.toLowerCase() === tag.toLowerCase()) ??
    languages.find((each) => each.toLowerCase() === tag.split("-")[0]?.toLowerCase());
  return wanted.map(find).find((lang) => lang !== undefined) ?? languages[0] ?? "en";
}
