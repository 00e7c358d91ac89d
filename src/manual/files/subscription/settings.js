/**
 * The form for changes of a subscription.
 */
import { at } from "./elements.js";
import { chosenFilter, showFilter } from "./filter.js";

/** Formats without a secret: nothing signs their deliveries. */
const CHATS = ["slack", "teams", "telegram"];
/** What the form was filled in with: by control, and as the API takes it. Undefined before that. */
let filled;

const controls = () => [...at("change").elements].filter(({ name }) => name !== "");
const valueOf = (control) => (control.type === "checkbox" ? control.checked : control.value);

function setValue(control, value) {
  if (control.type === "checkbox") control.checked = value;
  else control.value = value;
}

/** Fills in the form with the subscription, but keeps what a person has changed since it was last filled in. */
export function fillKeepingEdits(view) {
  const before = filled?.controls ?? new Map();
  const changed = controls()
    .filter((control) => before.has(control) && before.get(control) !== valueOf(control))
    .map((control) => [control, valueOf(control)]);
  fillAfresh(view);
  for (const [control, value] of changed) setValue(control, value);
}

/** Fills in the form with the subscription. What a person has changed in it is lost. */
export function fillAfresh(view) {
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
  const values = new Map(controls().map((control) => [control, valueOf(control)]));
  filled = { controls: values, values: formValues() };
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

/** What a person has changed in the form, as the API takes it. Fill the form in before, so that it has what others have changed. */
export function changesOf(view) {
  const { url, ...changes } = Object.fromEntries(
    Object.entries(formValues()).filter(
      ([name, value]) => JSON.stringify(value) !== JSON.stringify(filled.values[name]),
    ),
  );
  // Keeps events without a box, such as operational.
  if (changes.events) changes.events.push(...view.events.filter((name) => !name.startsWith("release.")));
  // An empty address is no change.
  return url ? { ...changes, url } : changes;
}
