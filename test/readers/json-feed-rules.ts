/**
 * Validates JSON Feed 1.1 with a schema that follows its specification.
 */
import { Ajv2020 } from "ajv/dist/2020.js";
import addFormats from "ajv-formats";
import schema from "../fixtures/json-feed-1.1.schema.json" with { type: "json" };

const ajv = new Ajv2020({ allErrors: true });
addFormats.default(ajv);
const validate = ajv.compile<{ items: { id: string }[] }>(schema);

/** @returns the violations, each with the URL of the document */
export function issuesOfJsonFeed(text: string, url: string): string[] {
  const document: unknown = JSON.parse(text);
  if (!validate(document)) {
    return (validate.errors ?? []).map(({ instancePath, message }) => `${url}: ${instancePath} ${message}`);
  }
  const ids = document.items.map(({ id }) => id);
  return new Set(ids).size === ids.length ? [] : [`${url}: duplicate id`];
}
