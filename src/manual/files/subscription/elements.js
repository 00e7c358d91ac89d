/**
 * Makes elements. What comes from the service is only ever text in them, never HTML.
 */

/**
 * @param {string} name
 * @param {Record<string, string | boolean | undefined>} attributes a string is an attribute; true is one without a value; undefined and false
 *   are left out
 * @param {...(Node | string | undefined)} children undefined is left out
 */
export function element(name, attributes, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value !== undefined && value !== false) made.setAttribute(key, value === true ? "" : value);
  }
  made.append(...children.filter((child) => child !== undefined));
  return made;
}

/** An element with this id. */
export function at(id) {
  return document.getElementById(id);
}

export function button(id, text) {
  return element("button", { id, type: "button" }, text);
}

export function submit(text) {
  return element("p", {}, element("button", { type: "submit" }, text));
}

export function section(title, ...children) {
  return element("section", {}, element("h2", {}, title), ...children);
}

/** An input with its label. */
export function field(name, label, attributes) {
  return element(
    "p",
    {},
    element("label", { for: name }, label),
    element("input", { id: name, name, autocomplete: "off", spellcheck: "false", ...attributes }),
  );
}

/**
 * A menu with its label.
 *
 * @param {[value: string, text: string][]} options
 */
export function menu(name, label, options) {
  return element(
    "p",
    { id: `${name}-field` },
    element("label", { for: name }, label),
    element(
      "select",
      { id: name, name },
      ...options.map(([value, text]) => element("option", { value }, text)),
    ),
  );
}

export function checkbox(name, value, label) {
  return element("label", {}, element("input", { type: "checkbox", name, value }), " ", label);
}
