/**
 * The sections of the page, empty.
 */
import { at, button, checkbox, element, field, menu, section, submit } from "./elements.js";
import { nameOf, namedValues, say } from "./words.js";

export function sections() {
  return [state(), deliveries(), absence(), replay(), change(), keys(), removal()];
}

function state() {
  return section(
    say("state"),
    element("p", { id: "state" }),
    element("dl", { id: "facts" }),
    element(
      "p",
      { class: "actions" },
      ...["test", "pause", "resume", "verify"].map((id) => button(id, say(id))),
    ),
  );
}

function deliveries() {
  // A phone shows the first three without scrolling.
  const columns = ["when", "event", "state", "text", "why"].map((name) =>
    element("th", { scope: "col" }, say(name)),
  );
  return section(
    say("deliveries"),
    element("p", { id: "no-deliveries", hidden: true }, say("noDeliveries")),
    element(
      "div",
      { class: "wide", tabindex: "0", role: "region", "aria-label": say("deliveries") },
      element(
        "table",
        {},
        element("thead", {}, element("tr", {}, ...columns)),
        element("tbody", { id: "log" }),
      ),
    ),
    element("p", {}, button("older", say("older"))),
  );
}

function absence() {
  return section(
    say("explainTitle"),
    element(
      "form",
      { id: "why" },
      field("release", say("explainField"), { type: "text", required: true, dir: "auto" }),
      submit(say("explain")),
    ),
    element("ul", { id: "reasons", "aria-live": "polite" }),
  );
}

function replay() {
  return section(
    say("replayTitle"),
    element(
      "form",
      { id: "replay" },
      field("from", say("replayFrom"), { type: "datetime-local", required: true, max: "9999-12-31T23:59" }),
      submit(say("replay")),
    ),
  );
}

function change() {
  const choice = at("choice");
  choice.hidden = false;
  const options = (group) => namedValues(group).map((value) => [value, nameOf(group, value)]);
  const events = namedValues("event").filter((type) => type.startsWith("release."));
  return section(
    say("changeTitle"),
    element(
      "form",
      { id: "change" },
      field("url", say("newAddress"), { type: "url", dir: "ltr" }),
      field("description", say("name"), { type: "text", dir: "auto" }),
      choice,
      element(
        "fieldset",
        { class: "boxes", id: "events" },
        element("legend", {}, say("events")),
        ...events.map((type) => checkbox("events", type, nameOf("event", type))),
      ),
      menu("content", say("content"), options("content")),
      menu("shape", say("shape"), options("shape")),
      submit(say("save")),
    ),
  );
}

function keys() {
  return section(
    say("keysTitle"),
    element("p", { id: "secret-overlap" }, say("secretOverlap")),
    element("p", {}, say("linkEnds")),
    element(
      "p",
      { class: "actions" },
      button("new-secret", say("newSecret")),
      button("new-link", say("newLink")),
    ),
    element("p", {}, element("output", { id: "secret", dir: "ltr", "aria-label": say("newSecret") })),
    element("p", {}, element("output", { id: "link", dir: "ltr", "aria-label": say("newLink") })),
  );
}

function removal() {
  return section(
    say("deleteTitle"),
    element("p", {}, say("deleteText")),
    element("p", {}, button("delete", say("delete"))),
  );
}
