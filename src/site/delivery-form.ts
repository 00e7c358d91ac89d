/**
 * The form that subscribes an endpoint or a chat to what a filter matches.
 */
import type { Element } from "hast";
import { h } from "hastscript";
import { type Filter, queryOfFilter } from "../domain/filter.ts";
import { DESCRIPTION_CHARS_MAX, URL_CHARS_MAX } from "../domain/limits.ts";
import type { Phrases } from "../domain/phrases.ts";
import { PAYLOAD_FORMATS } from "../domain/subscription.ts";
import { SUBSCRIBE_PATH } from "./footer.ts";
import { FORMAT_NAMES } from "./format-names.ts";

/** In the words of Telegram's Bot API. */
export const TELEGRAM_FIELDS = [
  { name: "telegram.token", label: "Bot token" },
  { name: "telegram.chat", label: "Chat" },
] as const;

/** @param fields what was written before, by name */
export function deliveryForm(
  lang: string,
  filter: Filter,
  fields: Readonly<Record<string, string>>,
  { subscribe }: Phrases,
): Element {
  return h("form", { className: ["search", "webhook"], method: "post", action: SUBSCRIBE_PATH }, [
    h("h2", subscribe.byMessage),
    h("input", { type: "hidden", name: "ui", value: lang }),
    queryOfFilter(filter).map(([name, value]) => h("input", { type: "hidden", name, value })),
    h("p", [
      h("label", { htmlFor: "format" }, subscribe.format),
      h(
        "select",
        { id: "format", name: "format" },
        PAYLOAD_FORMATS.map((format) =>
          h("option", { value: format, selected: format === fields["format"] }, FORMAT_NAMES[format]),
        ),
      ),
    ]),
    field("url", subscribe.address, { type: "url", maxLength: URL_CHARS_MAX }),
    h("details", { open: fields["format"] === "telegram" }, [
      h("summary", FORMAT_NAMES.telegram),
      TELEGRAM_FIELDS.map(({ name, label }) => field(name, label, { type: "text" })),
    ]),
    field("description", subscribe.name, { type: "text", maxLength: DESCRIPTION_CHARS_MAX }),
    field("secret", subscribe.secret, { type: "text", placeholder: "whsec_…" }),
    h("p", h("button", { type: "submit" }, subscribe.title)),
  ]);

  function field(
    name: string,
    label: string,
    attributes: Record<string, string | number | boolean>,
  ): Element {
    const id = name.replace(".", "-");
    // What a person writes here is no word of a language.
    const input = { id, name, value: fields[name] ?? "", autocomplete: "off", spellCheck: false };
    return h("p", [
      h("label", { htmlFor: id }, label),
      h("input", { ...input, dir: name === "description" ? "auto" : "ltr", ...attributes }),
    ]);
  }
}
