/**
 * JSON Schema as a table of fields.
 */
import type { ElementContent } from "hast";
import { h } from "hastscript";
import type { JsonSchema } from "../json-schema.ts";
import { inline, table } from "./frame.ts";

const REFERENCE = /^#\/components\/schemas\/(\w+)$/;

/** The fields of an object, those of objects in it included; undefined for another value. */
export function fieldTable(schema: JsonSchema): ElementContent | undefined {
  const rows = rowsOf(schema, "");
  if (rows.length === 0) return undefined;
  return table(["field", "is"], rows);
}

function rowsOf(schema: JsonSchema, prefix: string): (string | ElementContent[])[][] {
  const required = schema.required ?? [];
  return Object.entries(schema.properties ?? {}).flatMap(([name, given]) => {
    const field = given as JsonSchema;
    const path = `${prefix}${name}`;
    const suffix = required.includes(name) ? [] : [", may be left out"];
    const row = [
      [h("code", path)],
      [
        ...kindOf(field),
        ...suffix.map(text),
        ...conditionsOf(field).flatMap((each) => [text("; "), ...each]),
      ],
    ];
    return [row, ...rowsOf(innerOf(field), `${path}${field.type === "array" ? "[]." : "."}`)];
  });
}

/** The object in a list, in a choice with null, or the object itself. */
function innerOf(field: JsonSchema): JsonSchema {
  if (field.type === "array") return innerOf((field.items ?? {}) as JsonSchema);
  const [only, ...others] = choicesOf(field).filter(({ type }) => type !== "null");
  return only !== undefined && others.length === 0 && field.anyOf !== undefined ? only : field;
}

function choicesOf({ anyOf = [], oneOf = [] }: JsonSchema): JsonSchema[] {
  return [...anyOf, ...oneOf] as JsonSchema[];
}

/** What a value is, in words: text, a number, a list of … */
export function kindOf(field: JsonSchema): ElementContent[] {
  const name = REFERENCE.exec(field.$ref ?? "")?.[1];
  if (name !== undefined) return [h("a", { href: `/docs/api/schemas#${name}` }, name)];
  if (field.const !== undefined) return [h("code", JSON.stringify(field.const))];
  if (field.enum !== undefined)
    return joined(
      field.enum.map((each) => [h("code", JSON.stringify(each))]),
      " or ",
    );
  const choices = choicesOf(field);
  if (choices.length > 0) return joined(choices.map(kindOf), " or ");
  switch (field.type) {
    case "array":
      return [text("list of "), ...kindOf((field.items ?? {}) as JsonSchema)];
    case "object":
      return field.properties === undefined ? recordKind(field) : [text("object")];
    case "string":
      return [text(FORMATS[field.format ?? ""] ?? "text")];
    case "integer":
      return [text("whole number")];
    case undefined:
      return [text("anything")];
    default:
      return [text(Array.isArray(field.type) ? field.type.join(" or ") : field.type)];
  }
}

const FORMATS: Readonly<Record<string, string>> = {
  uuid: "UUID",
  uri: "URL",
  email: "e-mail address",
  "date-time": "RFC 3339 instant",
};

function recordKind({ additionalProperties }: JsonSchema): ElementContent[] {
  return typeof additionalProperties === "object"
    ? [text("object, its values "), ...kindOf(additionalProperties)]
    : [text("object")];
}

/** Limits and conditions. */
export function conditionsOf(field: JsonSchema): ElementContent[][] {
  const limits: [number | string | boolean | undefined, (value: string) => string][] = [
    [field.maxLength, (value) => `at most ${value} characters`],
    [field.maxItems, (value) => `at most ${value} entries`],
    [field.minimum, (value) => `from ${value}`],
    [field.exclusiveMinimum, (value) => `more than ${value}`],
    [field.maximum, (value) => `to ${value}`],
    [field.description, (value) => value],
  ];
  const given = limits.flatMap(([value, say]) => (value === undefined ? [] : [inline(say(String(value)))]));
  return field.default === undefined
    ? given
    : [...given, [text("default "), h("code", JSON.stringify(field.default))]];
}

function joined(parts: readonly ElementContent[][], between: string): ElementContent[] {
  return parts.flatMap((part, index) => (index === 0 ? part : [text(between), ...part]));
}

function text(value: string): ElementContent {
  return { type: "text", value };
}
