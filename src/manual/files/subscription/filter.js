/**
 * The filter of a subscription: in words, and as the boxes that the page has for its site.
 */
import { at, checkbox, element } from "./elements.js";
import { joinNames, say } from "./words.js";

const choice = at("choice");
/** The names of the fields in the language of the page. */
const labels = JSON.parse(choice.dataset.labels);
const fieldsets = () => [...choice.querySelectorAll("fieldset")];
const boxesIn = (fieldset, name) => [...fieldset.querySelectorAll(`input[name="${name}"]`)];
const labelOf = (box) => box.parentElement.textContent.trim();

/** `{ topic: ["trade"], not: { q: "old" } }` as conditions, each with the name of its boxes. */
function conditionsOf({ not = {}, ...wanted }) {
  const conditions = (filter, start) =>
    Object.entries(filter).map(([field, values]) => ({
      field,
      name: `${start}${field}`,
      values: [values].flat(),
    }));
  return [...conditions(wanted, ""), ...conditions(not, "not.")];
}

/**
 * The filter as rows of a list. Call {@link addBoxes} first: the labels of the boxes name the values.
 *
 * @returns {[label: string, text: string][]}
 */
export function describeFilter(filter) {
  const rows = conditionsOf(filter).map(({ field, name, values }) => [
    labels[field] ?? field,
    name === "q" ? values.join(" ") : joinNames(values.map((value) => labelOf(boxOf(field, name, value)))),
  ]);
  return rows.length > 0 ? rows : [[say("receives"), say("everything")]];
}

/** Makes a box for each value that has none. The page offers the values with most releases. */
export async function addBoxes(filter) {
  for (const { field, name, values } of conditionsOf(filter)) {
    if (name === "q") continue;
    for (const value of values) {
      if (boxOf(field, name, value) !== undefined) continue;
      const wanted = boxOf(field, field, value);
      const label = wanted === undefined ? await nameOfValue(field, value) : labelOf(wanted);
      fieldsetOf(field).append(
        checkbox(name, value, name === field ? label : say("except", { values: label })),
      );
    }
  }
}

/** Ticks the boxes as the filter says. */
export function showFilter(filter) {
  for (const box of choice.querySelectorAll("input[type=checkbox]")) box.checked = false;
  for (const { field, name, values } of conditionsOf(filter)) {
    if (name === "q") continue;
    for (const value of values) boxOf(field, name, value).checked = true;
    const details = fieldsetOf(field).closest("details");
    if (details !== null) details.open = true;
  }
  at("q").value = filter.q ?? "";
}

/** Reads the filter from the boxes. */
export function chosenFilter() {
  const filter = {};
  const not = {};
  for (const fieldset of fieldsets()) {
    const { field } = fieldset.dataset;
    const ticked = (name) =>
      boxesIn(fieldset, name)
        .filter((box) => box.checked)
        .map((box) => box.value);
    const [wanted, excluded] = [ticked(field), ticked(`not.${field}`)];
    if (wanted.length > 0) filter[field] = wanted;
    if (excluded.length > 0) not[field] = field === "q" ? excluded.join(" ") : excluded;
  }
  const words = at("q").value.trim();
  if (words !== "") filter.q = words;
  return Object.keys(not).length > 0 ? { ...filter, not } : filter;
}

function boxOf(field, name, value) {
  return boxesIn(fieldsetOf(field), name).find((box) => box.value === value);
}

/** The page has no boxes for a facet that no release has. */
function fieldsetOf(field) {
  const present = choice.querySelector(`fieldset[data-field="${field}"]`);
  if (present !== null) return present;
  const made = element(
    "fieldset",
    { class: "boxes", "data-field": field },
    element("legend", {}, labels[field] ?? field),
  );
  choice.append(made);
  return made;
}

let registry;

/** The name of a value in the language of the page; the value itself if it has none. */
async function nameOfValue(field, value) {
  const facet = {
    type: "types",
    topic: "topics",
    person: "people",
    organisation: "organisations",
    place: "places",
  }[field];
  if (facet === undefined) return value;
  registry ??= fetch("/api/v1/registry").then(
    (answer) => (answer.ok ? answer.json() : {}),
    () => ({}),
  );
  const found = (await registry)[facet]?.find(({ slug }) => slug === value);
  return found?.names[document.documentElement.lang] ?? found?.names.en ?? value;
}
