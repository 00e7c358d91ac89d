/**
 * The form that subscribes an endpoint or a chat to what a filter matches.
 */
import type { Element, Properties } from "hast";
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

/** What a person fills in, by the name of the field: its label, and the path of its value in the call of the API. */
export function deliveryFields({ subscribe }: Phrases): { name: string; label: string; path: string }[] {
  const own = [
    { name: "format", label: subscribe.format },
    { name: "url", label: subscribe.address },
    ...TELEGRAM_FIELDS,
    { name: "description", label: subscribe.name },
    { name: "secret", label: subscribe.secret },
  ];
  return own.map((field) => ({ ...field, path: `/${field.name.replace(".", "/")}` }));
}

/** The id of the field in the page. */
export function fieldId(name: string): string {
  return name.replace(".", "-");
}

/**
 * @param fields what was written before, by name
 * @param faults what is wrong with a field, by name, in English
 */
export function deliveryForm(
  lang: string,
  filter: Filter,
  fields: Readonly<Record<string, string>>,
  faults: ReadonlyMap<string, string>,
  phrases: Phrases,
): Element {
  const { subscribe } = phrases;
  const labels = new Map(deliveryFields(phrases).map(({ name, label }) => [name, label]));
  const telegram = TELEGRAM_FIELDS.map(({ name }) => name);
  const isTelegram = fields["format"] === "telegram" || telegram.some((name) => faults.has(name));
  return h("form", { className: ["search", "webhook"], method: "post", action: SUBSCRIBE_PATH }, [
    h("h2", subscribe.byMessage),
    h("input", { type: "hidden", name: "ui", value: lang }),
    queryOfFilter(filter).map(([name, value]) => h("input", { type: "hidden", name, value })),
    field("format", (attributes) =>
      h(
        "select",
        attributes,
        PAYLOAD_FORMATS.map((format) =>
          h("option", { value: format, selected: format === fields["format"] }, FORMAT_NAMES[format]),
        ),
      ),
    ),
    textField("url", { type: "url", maxLength: URL_CHARS_MAX }),
    h("details", { open: isTelegram }, [
      h("summary", FORMAT_NAMES.telegram),
      telegram.map((name) => textField(name, { type: "text" })),
    ]),
    textField("description", { type: "text", maxLength: DESCRIPTION_CHARS_MAX }),
    textField("secret", { type: "text", placeholder: "whsec_…" }),
    h("p", h("button", { type: "submit" }, subscribe.title)),
  ]);

  function textField(name: string, attributes: Properties): Element {
    // What a person writes here is no word of a language.
    const own = { value: fields[name] ?? "", autocomplete: "off", spellCheck: "false" };
    const dir = name === "description" ? "auto" : "ltr";
    return field(name, (common) => h("input", { ...common, ...own, dir, ...attributes }));
  }

  /** The label, what is wrong, and the control: screen readers read the fault with the control. */
  function field(name: string, control: (attributes: Properties) => Element): Element {
    const [id, fault] = [fieldId(name), faults.get(name)];
    const common = { id, name };
    if (fault === undefined) return h("p", [h("label", { htmlFor: id }, labels.get(name)), control(common)]);
    const faultId = `${id}-fault`;
    return h("p", [
      h("label", { htmlFor: id }, labels.get(name)),
      h("strong", { id: faultId, className: ["fault"], lang: "en", dir: "ltr" }, fault),
      control({ ...common, ariaInvalid: "true", ariaDescribedBy: [faultId] }),
    ]);
  }
}
