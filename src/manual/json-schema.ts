/**
 * JSON Schema from the zod schemas of requests and answers.
 */
import * as z from "zod/mini";

export type JsonSchema = z.core.JSONSchema.BaseSchema;

/** Where the document holds a named schema. */
export const refTo = (name: string): string => `#/components/schemas/${name}`;

/** Schemas of answers; those with a name refer to each other by it. */
export function answerSchemas(named: Readonly<Record<string, z.ZodMiniType>>): Record<string, JsonSchema> {
  const registry = z.registry<{ id: string }>();
  for (const [id, schema] of Object.entries(named)) registry.add(schema, { id });
  const { schemas } = z.toJSONSchema(registry, { io: "output", uri: refTo, override: tidy });
  return Object.fromEntries(Object.entries(schemas).map(([name, schema]) => [name, withoutIds(schema)]));
}

/**
 * What a request may hold. Zod checks in steps: one says which values are taken, the next what they must be once they
 * are trimmed and sorted. The schema has the conditions of all steps, as far as JSON Schema has words for them; for the
 * others it has the message that the client gets, as `description`.
 */
export function requestSchema(schema: z.ZodMiniType): JsonSchema {
  return withoutIds(
    z.toJSONSchema(schema, {
      io: "input",
      unrepresentable: "any",
      reused: "inline",
      override(found) {
        const def: Def = found.zodSchema._zod.def;
        const json: JsonSchema = found.jsonSchema;
        const accepts = acceptedBy(found.zodSchema);
        if (accepts !== undefined) json.anyOf = accepts.map(requestSchema);
        else if (isPipe(def)) addConditions(json, requestSchema(def.out));
        else if (isDefault(def)) json.default ??= def.defaultValue as typeof json.default;
        addMessages(json, def);
        tidy(found);
      },
    }),
  );
}

type Def = z.core.$ZodTypeDef;

function isPipe(def: Def): def is Def & { out: z.ZodMiniType } {
  return def.type === "pipe";
}

function isDefault(def: Def): def is Def & { defaultValue: unknown } {
  return def.type === "default";
}

/** The schemas behind a function that parses: see domain/local-text.ts. */
function acceptedBy(schema: object): readonly z.ZodMiniType[] | undefined {
  return "accepts" in schema ? (schema.accepts as readonly z.ZodMiniType[]) : undefined;
}

/** Adds the conditions of a later step, unless that step checks a value of another kind. */
function addConditions(json: JsonSchema, later: JsonSchema): void {
  if (json.type !== undefined && later.type !== undefined && json.type !== later.type) return;
  const descriptions = [json.description, later.description].filter((each) => each !== undefined);
  Object.assign(json, later);
  if (descriptions.length > 0) json.description = [...new Set(descriptions)].join("; ");
}

/** The messages of conditions that only a function can check. */
function addMessages(json: JsonSchema, { checks = [] }: Def): void {
  const messages = checks.flatMap((each) => {
    const { check, error } = each._zod.def as { check: string; error?: (issue: object) => unknown };
    if (check !== "custom" || error === undefined) return [];
    try {
      const message = error({ input: "" });
      // Others speak of the value that was given.
      return typeof message === "string" && message.startsWith("must") ? [message] : [];
    } catch {
      return []; // the message needs the value that was given
    }
  });
  if (messages.length === 0) return;
  const known = json.description === undefined ? [] : [json.description];
  json.description = [...new Set([...known, ...messages])].join("; ");
}

/** Leaves out what says nothing: patterns of named formats, and the bounds of all numbers. */
function tidy({ jsonSchema }: { jsonSchema: object }): void {
  const json = jsonSchema as JsonSchema;
  if (json.format !== undefined) delete json.pattern;
  if (json.maximum === Number.MAX_SAFE_INTEGER) delete json.maximum;
  if (json.minimum === Number.MIN_SAFE_INTEGER) delete json.minimum;
  if (Array.isArray(json.required) && json.required.length === 0) delete json.required;
}

/** `$schema` and `$id` belong to files of their own. */
function withoutIds(schema: JsonSchema): JsonSchema {
  const { $schema: _schema, $id: _id, ...rest } = schema;
  return rest;
}
