/**
 * The form for changes of a subscription.
 */
import { at } from "./elements.js";
import { chosenFilter, showFilter } from "./filter.js";

/** Formats without a secret: nothing signs their deliveries. */
const CHATS = ["slack", "teams", "telegram"];
/** The values that the form was filled with; undefined before. */
let filled;

/** Fills in the form. What a person is writing stays. */
export function fillIn(view) {
  if (filled === undefined) fillAgain(view);
}

/** Fills in the form after a change. */
export function fillAgain(view) {
  const { url, description, content, shape } = at("change").elements;
  url.value = view.url;
  description.value = view.description ?? "";
  content.value = view.content;
  shape.value = view.shape ?? "message";
  const isChat = CHATS.includes(view.format);
  at("shape-field").hidden = view.format !== "teams";
  at("content-field").hidden = at("secret-overlap").hidden = at("new-secret").hidden = isChat;
  for (const box of at("events").querySelectorAll("input")) box.checked = view.events.includes(box.value);
  showFilter(view.filter);
  filled = formValues();
}

/** The values of the form for changes, as the API takes them. */
function formValues() {
  const { url, description, content, shape } = at("change").elements;
  return {
    url: url.value,
    description: description.value || null,
    filter: chosenFilter(),
    events: [...at("events").querySelectorAll("input:checked")].map((box) => box.value),
    content: content.value,
    shape: shape.value,
  };
}

/** What a person has changed in the form, as the API takes it: what others have changed meanwhile stays. */
export function changesOf(view) {
  const { url, ...changes } = Object.fromEntries(
    Object.entries(formValues()).filter(
      ([name, value]) => JSON.stringify(value) !== JSON.stringify(filled[name]),
    ),
  );
  // Keeps events without a box, such as operational.
  if (changes.events) changes.events.push(...view.events.filter((name) => !name.startsWith("release.")));
  // An empty address is no change.
  return url ? { ...changes, url } : changes;
}
