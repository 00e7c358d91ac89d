/**
 * The page that follows a subscription by the form: the link to the subscription and its secret, which are shown once.
 */
import type { Element } from "hast";
import { h } from "hastscript";
import type { Filter } from "../domain/filter.ts";
import { languageList } from "../domain/list.ts";
import type { Registry } from "../domain/registry.ts";
import type { Site } from "../domain/site.ts";
import { listTitle, phrasesIn } from "../i18n/phrases.ts";
import { pageHtml } from "./layout.ts";
import { SUBSCRIBE_SCRIPT_PATH } from "./subscription-page.ts";

/** What a person must know after subscribing, and keep. */
export interface Subscribed {
  id: string;
  filter: Filter;
  /** Deliveries to chat services are not signed. */
  secret?: string;
  token: string;
  status: string;
}

/** @param made the answer to a new subscription */
export function subscribedPage(
  { id, filter, secret, token, status }: Subscribed,
  lang: string,
  known: Registry | undefined,
  site: Site,
): string {
  const { subscribe, copy, copied, colon } = phrasesIn(lang, site);
  const kept = (text: string, ...shown: (Element | string)[]) =>
    h("p", { className: ["address"] }, [
      ...shown,
      " ",
      h("button", { type: "button", hidden: true, dataCopy: text, dataCopied: copied }, copy),
    ]);
  // The fragment of a URL stays in the browser: no request and no log has the token.
  const pathIn = (ui: string) => `/subscriptions/${id}?ui=${ui}#${token}`;
  const path = pathIn(lang);
  return pageHtml(
    {
      title: subscribe.done,
      lang,
      list: languageList(lang),
      // A reload and the language menu lead to the page of the subscription: this one cannot be shown again.
      alternates: site.languages.map((each) => ({ lang: each, url: pathIn(each) })),
      script: SUBSCRIBE_SCRIPT_PATH,
      main: [
        h("h1", subscribe.done),
        h("p", listTitle({ filter }, site, known, lang)),
        status === "pending" ? h("p", subscribe.confirm) : null,
        h("section", { className: ["subscribe"] }, [
          h("p", h("strong", subscribe.keep)),
          kept(
            `${site.baseUrl}${path}`,
            h("a", { href: path, rel: ["nofollow"], dataStays: true }, subscribe.manage),
          ),
          secret === undefined
            ? null
            : kept(secret, `${subscribe.signingSecret}${colon}`, h("code", { dir: "ltr" }, secret)),
        ]),
      ],
    },
    site,
  );
}
