/**
 * The page of one subscription for its owner, in English like the API that it shows. Its script fills it in.
 */
import type { Element } from "hast";
import { h } from "hastscript";
import type { Site } from "../domain/site.ts";
import { RELEASE_EVENT_TYPES } from "../domain/event.ts";
import { CONTENTS, SHAPES } from "../domain/subscription.ts";
import { pageHtml } from "./layout.ts";

export const SUBSCRIPTION_SCRIPT_PATH = "/subscription.js";

export function subscriptionPage(site: Site): string {
  const lang = site.languages[0] ?? "en";
  return pageHtml(
    {
      title: "Your subscription",
      lang,
      list: { filter: {} },
      script: SUBSCRIPTION_SCRIPT_PATH,
      main: h("div", { className: ["subscription"], lang: "en", dir: "ltr" }, [
        h("h1", "Your subscription"),
        h(
          "noscript",
          h("p", "This page needs JavaScript: without it, the token would have to be in a request. "),
        ),
        h("p", { id: "message", role: "status" }),
        h("div", { id: "loaded", hidden: true }, [
          h("section", [h("h2", "State"), h("p", { id: "state" }), h("dl", { id: "facts" }), actions()]),
          deliveries(),
          absence(),
          replay(),
          change(),
          keys(),
          h("section", [
            h("h2", "Delete"),
            h("p", "What waits is not delivered, and the log is deleted."),
            h("p", button("delete", "Delete this subscription")),
          ]),
        ]),
      ]),
    },
    site,
  );
}

function actions(): Element {
  return h("p", { className: ["actions"] }, [
    button("test", "Send a test"),
    button("pause", "Pause"),
    button("resume", "Resume"),
    button("verify", "Ask the endpoint again to confirm"),
  ]);
}

function deliveries(): Element {
  return h("section", [
    h("h2", "Deliveries"),
    h("p", { id: "nothing", hidden: true }, "Nothing has been sent yet."),
    h("div", { className: ["wide"], tabIndex: 0, role: "region", ariaLabel: "Deliveries" }, [
      h("table", [
        h(
          "thead",
          h(
            "tr",
            ["When", "Event", "Release", "State", "Why"].map((name) => h("th", { scope: "col" }, name)),
          ),
        ),
        h("tbody", { id: "log" }),
      ]),
    ]),
    h("p", button("older", "Older deliveries")),
  ]);
}

function absence(): Element {
  return h("section", [
    h("h2", "Why did a release not come?"),
    h("form", { id: "why" }, [
      field("release", "Address or id of the release", { type: "text", required: true }),
      h("p", h("button", { type: "submit" }, "Explain")),
    ]),
    h("ul", { id: "reasons" }),
  ]);
}

function replay(): Element {
  return h("section", [
    h("h2", "Send again"),
    h("form", { id: "replay" }, [
      field("from", "Everything since", { type: "datetime-local", required: true }),
      h("p", h("button", { type: "submit" }, "Send again")),
    ]),
  ]);
}

function change(): Element {
  return h("section", [
    h("h2", "Change"),
    h("form", { id: "change" }, [
      field("url", "Address (a new webhook must confirm first)", { type: "url" }),
      field("description", "Name", { type: "text" }),
      h("fieldset", { className: ["boxes"] }, [
        h("legend", "Events"),
        RELEASE_EVENT_TYPES.map((type) =>
          h("label", [h("input", { type: "checkbox", name: "events", value: type }), " ", type]),
        ),
      ]),
      h("p", [
        h("label", { htmlFor: "content" }, "Texts"),
        h(
          "select",
          { id: "content", name: "content" },
          CONTENTS.map((each) => h("option", { value: each }, each)),
        ),
      ]),
      h("p", { id: "of-teams", hidden: true }, [
        h("label", { htmlFor: "shape" }, "Shape that the Teams flow shows"),
        h(
          "select",
          { id: "shape", name: "shape" },
          SHAPES.map((each) => h("option", { value: each }, each)),
        ),
      ]),
      h("p", [
        h("label", { htmlFor: "filter" }, "Filter (JSON)"),
        h("textarea", { id: "filter", name: "filter", rows: 5, spellCheck: false }),
      ]),
      h("p", h("button", { type: "submit" }, "Save")),
    ]),
  ]);
}

function keys(): Element {
  return h("section", [
    h("h2", "Secret and link"),
    h("p", { id: "of-signed" }, "The former secret signs for a day beside the new one."),
    h("p", "A new link makes the former one useless at once."),
    h("p", { className: ["actions"] }, [
      button("rotate-secret", "New secret"),
      button("rotate-token", "New link to this page"),
    ]),
    h("p", h("output", { id: "key" })),
  ]);
}

function field(name: string, label: string, attributes: Record<string, string | boolean>): Element {
  return h("p", [
    h("label", { htmlFor: name }, label),
    h("input", { id: name, name, autocomplete: "off", spellCheck: false, ...attributes }),
  ]);
}

function button(id: string, text: string): Element {
  return h("button", { id, type: "button" }, text);
}
