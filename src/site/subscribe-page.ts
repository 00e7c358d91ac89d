/**
 * The page on which people choose what they want, see what would have matched, and take it as a feed, as a webhook or
 * in a chat channel.
 */
import type { Element } from "hast";
import { h } from "hastscript";
import { type Filter, queryOfFilter } from "../domain/filter.ts";
import type { Issue } from "../domain/issues.ts";
import { addressOf, FEED_FORMATS, type ReleaseList } from "../domain/list.ts";
import type { Phrases } from "../domain/phrases.ts";
import type { Registry } from "../domain/registry.ts";
import type { ReleaseView } from "../domain/release.ts";
import type { Site } from "../domain/site.ts";
import { FEED_LABELS } from "../feeds/feed.ts";
import { phrasesIn } from "../i18n/phrases.ts";
import { deliveryFields, deliveryForm, fieldId } from "./delivery-form.ts";
import { SUBSCRIBE_PATH } from "./footer.ts";
import { filterBoxes } from "./filter-boxes.ts";
import type { Choices } from "./filter-form.ts";
import { pageHtml } from "./layout.ts";
import { SUBSCRIBE_SCRIPT_PATH } from "./subscription-page.ts";
import { releaseRow } from "./release-row.ts";

/** What a person has filled in, and what is known about it. */
export interface SubscribeForm {
  lang: string;
  filter: Filter;
  /** The values that the filters offer. */
  choices: Choices;
  known: Registry | undefined;
  /** What the filter would have sent in the last days; undefined if the filter cannot be used. */
  matches: { releases: readonly ReleaseView[]; count: number; isMore: boolean } | undefined;
  /** The fields of the second form; undefined where strangers may not subscribe. */
  fields: Readonly<Record<string, string>> | undefined;
  /** What is wrong with the forms, in English. */
  issues: readonly Issue[];
}

export function subscribePage(form: SubscribeForm, site: Site): string {
  const { lang, filter, matches, fields, issues } = form;
  const phrases = phrasesIn(lang, site);
  const { subscribe } = phrases;
  const list: ReleaseList = { filter };
  return pageHtml(
    {
      title: subscribe.title,
      lang,
      path: SUBSCRIBE_PATH,
      list: matches === undefined ? { filter: {} } : list,
      alternates: site.languages
        .filter((each) => each !== lang)
        .map((each) => {
          const query = new URLSearchParams([...queryOfFilter(filter), ["ui", each]]).toString();
          return { lang: each, url: `${site.baseUrl}${SUBSCRIBE_PATH}?${query}` };
        }),
      script: SUBSCRIBE_SCRIPT_PATH,
      main: [
        h("h1", subscribe.title),
        faultList(issues, phrases),
        filters(form, phrases, site),
        ...(matches === undefined
          ? []
          : [
              preview(matches, list, phrases, lang, site),
              feeds(list, phrases, site),
              fields === undefined
                ? null
                : deliveryForm(lang, filter, fields, faultsOf(issues, phrases), phrases),
            ]),
      ],
    },
    site,
  );
}

/** What is wrong with each field of the second form, by the name of the field. */
function faultsOf(issues: readonly Issue[], phrases: Phrases): Map<string, string> {
  return new Map(
    issues.flatMap(({ path, message }) => {
      const field = fieldAt(path, phrases);
      return field === undefined ? [] : [[field.name, message] as const];
    }),
  );
}

/** A fault of a whole object is shown at its first field. */
function fieldAt(path: string, phrases: Phrases): { name: string; label: string } | undefined {
  return path === ""
    ? undefined
    : deliveryFields(phrases).find((field) => field.path === path || field.path.startsWith(`${path}/`));
}

/** Leads to the fields that are wrong. */
function faultList(issues: readonly Issue[], phrases: Phrases): Element | null {
  if (issues.length === 0) return null;
  const inEnglish = (text: string) => h("span", { lang: "en", dir: "ltr" }, text);
  return h("section", { className: ["banner"], role: "alert" }, [
    h("h2", phrases.subscribe.faults),
    h(
      "ul",
      issues.map(({ path, message }) => {
        const field = fieldAt(path, phrases);
        return field === undefined
          ? h("li", inEnglish(`${path.slice(1)} ${message}`.trim()))
          : h("li", [
              h("a", { href: `#${fieldId(field.name)}` }, field.label),
              phrases.colon,
              inEnglish(message),
            ]);
      }),
    ),
  ]);
}

function filters(
  { lang, filter, choices, known }: SubscribeForm,
  { subscribe }: Phrases,
  site: Site,
): Element {
  return h("form", { className: ["search", "filters"], action: SUBSCRIBE_PATH }, [
    h("h2", subscribe.choose),
    h("input", { type: "hidden", name: "ui", value: lang }),
    filterBoxes(filter, choices, lang, known, site),
    h("p", h("button", { type: "submit" }, subscribe.show)),
  ]);
}

function preview(
  { releases, count, isMore }: NonNullable<SubscribeForm["matches"]>,
  list: ReleaseList,
  { subscribe, colon, allTexts }: Phrases,
  lang: string,
  site: Site,
): Element {
  const number = `${new Intl.NumberFormat(lang).format(count)}${isMore ? "+" : ""}`;
  return h("section", { id: "matches" }, [
    h("h2", `${subscribe.matching}${colon}${number}`),
    count === 0 ? h("p", subscribe.noMatch) : null,
    h(
      "div",
      { className: ["rows"] },
      releases.map((release) => releaseRow(release, lang, site)),
    ),
    count > releases.length ? h("p", h("a", { href: addressOf({ list }) }, allTexts)) : null,
  ]);
}

function feeds(list: ReleaseList, phrases: Phrases, site: Site): Element {
  return h("section", { className: ["subscribe"] }, [
    h("h2", phrases.subscribe.byFeed),
    h("p", phrases.thisIsAFeedText),
    FEED_FORMATS.map((format) => {
      const path = addressOf({ list, format });
      const url = `${site.baseUrl}${path}`;
      return h("p", { className: ["address"] }, [
        h("a", { href: path }, FEED_LABELS[format]),
        " ",
        h("code", { dir: "ltr" }, url),
        " ",
        h(
          "button",
          { type: "button", hidden: true, dataCopy: url, dataCopied: phrases.copied },
          phrases.copy,
        ),
      ]);
    }),
  ]);
}
