/**
 * The pages of the reference: each call, each schema.
 */
import type { ElementContent } from "hast";
import { h } from "hastscript";
import { PROBLEM_CODES, type ProblemCode } from "../../domain/codes.ts";
import { TAGS } from "../call.ts";
import { answerSchemas, requestSchema, type JsonSchema } from "../json-schema.ts";
import { bodySchemas, pathParameters, type RoutedCall } from "../openapi.ts";
import type { Callers } from "../routes.ts";
import { NAMED_ANSWERS, nameOfAnswer } from "../schemas.ts";
import { conditionsOf, fieldTable, kindOf } from "./fields.ts";
import { codeBlock, inline, type ManualPage, table } from "./frame.ts";

const PART = "Every call";

const WHO: Readonly<Record<Callers, string>> = {
  all: "Everybody may call it.",
  admin: "The admin may call it.",
  owner: "The owner of the subscription, with its token, and the admin may call it.",
  subscribers: "Everybody may call it, or only the admin where `SUBSCRIPTIONS` is `invited`.",
};

export function referencePages(calls: readonly RoutedCall[]): ManualPage[] {
  const tagged = Object.entries(TAGS).map(([tag, description]) => ({
    tag,
    description,
    own: calls.filter((call) => call.tag === tag),
  }));
  return [
    {
      name: "api",
      title: "All calls",
      part: PART,
      content: [
        h("p", [
          "The same is for programs in ",
          h("a", { href: "/openapi.json" }, "the OpenAPI document"),
          ", from which generators make clients. Every answer that our tests get is compared with it.",
        ]),
        ...tagged.flatMap(({ tag, description, own }) => [
          h("h2", { id: tag }, titleOf(tag)),
          h("p", description),
          table(
            ["call", "does"],
            own.map((call) => [
              [h("a", { href: `/docs/api/${tag}#${call.id}` }, h("code", `${call.method} ${call.path}`))],
              inline(call.summary),
            ]),
          ),
        ]),
      ],
    },
    ...tagged.map(({ tag, description, own }) => ({
      name: `api/${tag}`,
      title: titleOf(tag),
      part: PART,
      content: [h("p", `${description}.`), ...own.flatMap(sectionOf)],
    })),
    schemaPage(calls),
  ];
}

function titleOf(tag: string): string {
  return tag.charAt(0).toUpperCase() + tag.slice(1);
}

function sectionOf(call: RoutedCall): ElementContent[] {
  const { id, method, path, summary, description, route, example, hasMoreForAdmin = false } = call;
  const more = hasMoreForAdmin && route.callers === "all" ? " The admin sees more." : "";
  return [
    h("h2", { id }, inline(summary)),
    h("p", { className: ["call"] }, h("code", [h("b", method), ` ${path}`])),
    h("p", inline(WHO[route.callers] + more)),
    ...(description === undefined ? [] : [h("p", inline(description))]),
    ...parametersOf(call),
    ...bodyOf(call),
    ...(example === undefined ? [] : [codeBlock(JSON.stringify(example, null, 2), "json")]),
    h("h3", "Answers"),
    h("ul", [...answersOf(call), ...[...call.refusals].map(([status, codes]) => refusal(status, codes))]),
  ];
}

function parametersOf({ path, parameters = [] }: RoutedCall): ElementContent[] {
  const rows = [
    ...pathParameters(path).map(({ name, description, schema }) => [
      [h("code", `{${name}}`)],
      [...inline(description), ...aside(schema)],
    ]),
    ...parameters.map(({ name, description, schema, repeated = false }) => [
      [h("code", `?${name}=`)],
      [...inline(`${description}${repeated ? "; may be repeated" : ""}`), ...aside(schema)],
    ]),
  ];
  return rows.length === 0 ? [] : [h("h3", "Parameters"), table(["parameter", "is"], rows)];
}

/** What a parameter may be, behind what it is. */
function aside(schema: JsonSchema): ElementContent[] {
  const conditions = conditionsOf(schema).flatMap((each) => [comma(), ...each]);
  return [comma(), ...kindOf(schema), ...conditions];
}

function comma(): ElementContent {
  return { type: "text", value: "; " };
}

function bodyOf({ body, otherBody, route }: RoutedCall): ElementContent[] {
  if (otherBody !== undefined) return [h("h3", "Body"), h("p", `${otherBody.description}.`)];
  if (body === undefined || route.body === undefined) return [];
  const fields = fieldTable(requestSchema(route.body));
  const link = h("a", { href: `/docs/api/schemas#${body}` }, body);
  return [
    h("h3", "Body"),
    ...(route.isBodyOptional ? [h("p", "It may be left out.")] : []),
    fields ?? h("p", link),
  ];
}

function answersOf({ answers }: RoutedCall): ElementContent[] {
  return Object.entries(answers).map(([status, { description, schema, type }]) =>
    h("li", [
      h("b", status),
      `: ${description}`,
      ...(schema === undefined
        ? [type === undefined ? "" : ` (${type})`]
        : [" (", h("a", { href: `/docs/api/schemas#${nameOfAnswer(schema)}` }, nameOfAnswer(schema)), ")"]),
    ]),
  );
}

function refusal(status: number, codes: readonly ProblemCode[]): ElementContent {
  return h("li", [
    h("b", String(status)),
    ": ",
    ...codes.flatMap((code, index) => [
      index === 0 ? "" : ", ",
      h("a", { href: `/docs/errors#${code}` }, h("code", code)),
    ]),
  ]);
}

function schemaPage(calls: readonly RoutedCall[]): ManualPage {
  const schemas = { ...answerSchemas(NAMED_ANSWERS), ...bodySchemas(calls) };
  return {
    name: "api/schemas",
    title: "All objects",
    part: PART,
    content: Object.entries(schemas)
      .sort(([one], [other]) => (one < other ? -1 : 1))
      .flatMap(([name, schema]) => [
        h("h2", { id: name }, name),
        fieldTable(schema) ?? h("p", [...kindOf(schema)]),
      ]),
  };
}

/** A code of {@link PROBLEM_CODES} with its status, for the page of errors. */
export const CODES = Object.entries(PROBLEM_CODES) as [ProblemCode, number][];
