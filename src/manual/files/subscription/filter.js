/**
 * The filter of a subscription: in words, and as the boxes that the page has for its site.
 */
import { at, checkbox } from "./elements.js";
import { list, say } from "./words.js";

const fieldsets = () => [...at("choice").querySelectorAll("fieldset")];
const fieldsetOf = (field) => at("choice").querySelector(`fieldset[data-field="${field}"]`);
const boxesIn = (fieldset) => [...fieldset.querySelectorAll("input")];

/**
 * The filter as rows of a list.
 *
 * @returns {[label: string, text: string][]}
 */
export function describeFilter({ not = {}, ...wanted }) {
  const rows = [
    ...Object.entries(wanted).map(([field, values]) => [labelOf(field), namesOf(field, values)]),
    ...Object.entries(not).map(([field, values]) => [
      labelOf(field),
      say("except", { values: namesOf(field, values) }),
    ]),
  ];
  return rows.length > 0 ? rows : [[say("receives"), say("everything")]];
}

function labelOf(field) {
  if (field === "q") return at("choice").querySelector("[for=q]").textContent;
  return fieldsetOf(field)?.querySelector("legend").textContent ?? field;
}

/** @param {string | string[]} values of a field; those of `q` are words */
function namesOf(field, values) {
  return list([values].flat().map((value) => valueName(fieldsetOf(field), value)));
}

/** As the page's box names it. The page has boxes for the values with most releases. */
function valueName(fieldset, value) {
  const box = fieldset && boxesIn(fieldset).find((each) => each.value === value);
  return box ? box.parentElement.textContent.trim() : value;
}

/** Ticks the boxes as the filter says. */
export function showFilter(filter) {
  for (const fieldset of fieldsets()) {
    const { field } = fieldset.dataset;
    const wanted = filter[field] ?? [];
    for (const value of wanted) {
      if (boxesIn(fieldset).every((box) => box.value !== value))
        fieldset.append(checkbox(field, value, value));
    }
    for (const box of boxesIn(fieldset)) box.checked = wanted.includes(box.value);
    const details = fieldset.closest("details");
    if (details !== null) details.open ||= wanted.length > 0;
  }
  at("q").value = filter.q ?? "";
}

/** The filter that the boxes say. What the page has no boxes for stays as it was. */
export function chosenFilter(before) {
  const { q: _q, ...filter } = before;
  for (const fieldset of fieldsets()) {
    const { field } = fieldset.dataset;
    const values = boxesIn(fieldset)
      .filter((box) => box.checked)
      .map((box) => box.value);
    if (values.length > 0) filter[field] = values;
    else delete filter[field];
  }
  const words = at("q").value.trim();
  return words === "" ? filter : { ...filter, q: words };
}
