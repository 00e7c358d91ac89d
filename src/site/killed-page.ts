/**
 * What is left of a killed release: that there was one, when, and why it is gone.
 */
import { h } from "hastscript";
import { dayOf, parseInstant } from "../domain/instant.ts";
import { permanentPath, type ReleaseView } from "../domain/release.ts";
import { languageList } from "../domain/list.ts";
import { pageHtml, type Site } from "./page-frame.ts";
import { dayInWords, phrasesIn } from "../domain/phrases.ts";

export function killedPage(release: ReleaseView, site: Site): string {
  const phrases = phrasesIn(release.lang);
  const day = dayInWords(dayOf(parseInstant(release.published) ?? 0, site.timeZone), release.lang);
  return pageHtml(
    {
      title: phrases.killed,
      lang: release.lang,
      permanentPath: permanentPath(release.id),
      list: languageList(release.lang),
      main: h("article", [
        h("h1", phrases.killed),
        h("p", `${phrases.published}: ${day}`),
        h("p", { className: ["note"] }, `${phrases.reason}: ${release.reason ?? ""}`),
      ]),
    },
    site,
  );
}
