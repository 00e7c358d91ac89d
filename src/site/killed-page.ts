/**
 * The page of a killed release: when it was published, why it is gone, and where to go from here.
 */
import { h } from "hastscript";
import { dayOf, parseInstant } from "../domain/dates.ts";
import { permanentPath, type ReleaseView } from "../domain/release.ts";
import type { Site } from "../domain/site.ts";
import { dayInWords, phrasesIn } from "../i18n/phrases.ts";
import { pageHtml } from "./layout.ts";
import { leadOn } from "./lead-on.ts";
import { listOfLanguage } from "./release-page.ts";

export function killedPage(release: ReleaseView, site: Site): string {
  const phrases = phrasesIn(release.lang, site);
  const list = listOfLanguage(release.lang, site);
  const day = dayInWords(dayOf(parseInstant(release.published) ?? 0, site.timeZone), release.lang, site);
  return pageHtml(
    {
      title: phrases.killed,
      lang: release.lang,
      permanentPath: permanentPath(release.id),
      list,
      main: h("article", [
        h("h1", phrases.killed),
        h("p", `${phrases.published}${phrases.colon}${day}`),
        h("p", { className: ["note"] }, `${phrases.reason}${phrases.colon}${release.reason ?? ""}`),
        leadOn(list, release.lang, site),
      ]),
    },
    site,
  );
}
