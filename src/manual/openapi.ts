/**
 * The OpenAPI document: made from the routes of the app, from the schemas that check the requests, and from those of the
 * answers.
 */
import { PROBLEM_CODES, type ProblemCode } from "../domain/codes.ts";
import { BODY_BYTES_MAX } from "../domain/limits.ts";
import { PLACEHOLDER_URL } from "../http/documents/manual.ts";
import type { Answer, Call, Calls, Parameter } from "./call.ts";
import { TAGS } from "./call.ts";
import { PUBLISHING_CALLS } from "./calls/publishing.ts";
import { RELEASE_CALLS } from "./calls/releases.ts";
import { SERVICE_CALLS } from "./calls/service.ts";
import { SUBSCRIPTION_CALLS } from "./calls/subscriptions.ts";
import { answerSchemas, type JsonSchema, refTo, requestSchema } from "./json-schema.ts";
import { PROBLEM_TEXTS } from "./problem-texts.ts";
import { type ApiRoute, apiRoutes, type Callers } from "./routes.ts";
import { NAMED_ANSWERS, nameOfAnswer } from "./schemas.ts";
import { DELIVERY_HEADERS, webhooks } from "./webhooks.ts";

export const CALLS: Calls = {
  ...RELEASE_CALLS,
  ...SUBSCRIPTION_CALLS,
  ...PUBLISHING_CALLS,
  ...SERVICE_CALLS,
};

/** A call with what its route says. */
export interface RoutedCall extends Call {
  /** `GET` */
  method: string;
  path: string;
  route: ApiRoute;
  /** All codes that a refusal can have, by status. */
  refusals: Map<number, ProblemCode[]>;
}

/** The calls that have a route. A test sees to it that {@link differences} finds none. */
export function routedCalls(): RoutedCall[] {
  const routes = new Map(apiRoutes().map((route) => [route.name, route]));
  return Object.entries(CALLS).flatMap(([name, call]) => {
    const [method = "", path = ""] = name.split(" ");
    const route = routes.get(name);
    return route === undefined ? [] : [{ ...call, method, path, route, refusals: refusalsOf(call, route) }];
  });
}

/** What src/manual/calls lacks or has too much: routes without a call, calls without a route, bodies without a name. */
export function differences(): string[] {
  const routes = new Map(apiRoutes().map((route) => [route.name, route]));
  return [
    ...[...routes.keys()].filter((name) => CALLS[name] === undefined),
    ...Object.entries(CALLS).flatMap(([name, { body }]) => {
      const route = routes.get(name);
      if (route === undefined) return [`${name} has no route`];
      return (route.body === undefined) === (body === undefined) ? [] : [`${name}: the name of its body`];
    }),
  ];
}

function refusalsOf({ errors = [] }: Call, route: ApiRoute): Map<number, ProblemCode[]> {
  const codes = Object.keys(PROBLEM_CODES) as ProblemCode[];
  const possible = codes.filter((code) => errors.includes(code) || route.errors.includes(code));
  const byStatus = Map.groupBy(possible, (code) => PROBLEM_CODES[code]);
  return new Map([...byStatus].sort(([one], [other]) => one - other));
}

/** @param version of the program */
export function openApiDocument(version: string): Record<string, unknown> {
  const calls = routedCalls();
  const paths: Record<string, Record<string, unknown>> = {};
  for (const call of calls) {
    (paths[call.path] ??= {})[call.method.toLowerCase()] = operationOf(call);
  }
  return {
    openapi: "3.1.1",
    info: {
      title: "communique",
      version,
      summary: "Official statements as feeds, events and signed webhooks",
      description: `The manual is at ${PLACEHOLDER_URL}/docs. Every limit has its number at ${PLACEHOLDER_URL}/docs/limits.`,
      license: { name: "MIT", identifier: "MIT" },
    },
    externalDocs: { url: `${PLACEHOLDER_URL}/docs` },
    servers: [{ url: PLACEHOLDER_URL }],
    tags: Object.entries(TAGS).map(([name, description]) => ({ name, description })),
    paths,
    webhooks: Object.fromEntries(webhooks(PLACEHOLDER_URL).map((each) => [each.type, webhookOf(each)])),
    components: {
      schemas: { ...answerSchemas(NAMED_ANSWERS), ...bodySchemas(calls) },
      securitySchemes: {
        admin: { type: "http", scheme: "bearer", description: "The admin token" },
        subscription: {
          type: "http",
          scheme: "bearer",
          description: "The token from the answer that created the subscription",
        },
      },
    },
  };
}

/** The schemas of the bodies, by the names that the calls give them. */
export function bodySchemas(calls: readonly RoutedCall[]): Record<string, JsonSchema> {
  return Object.fromEntries(
    calls.flatMap(({ body, route }) =>
      body === undefined || route.body === undefined ? [] : [[body, requestSchema(route.body)]],
    ),
  );
}

function operationOf(call: RoutedCall): Record<string, unknown> {
  const parameters = [...pathParameters(call.path), ...(call.parameters ?? []).map(queryParameter)];
  const requestBody = bodyOf(call);
  return {
    operationId: call.id,
    tags: [call.tag],
    summary: call.summary,
    ...(call.description === undefined ? {} : { description: call.description }),
    ...(parameters.length === 0 ? {} : { parameters }),
    ...(requestBody === undefined ? {} : { requestBody }),
    responses: {
      ...Object.fromEntries(Object.entries(call.answers).map(([status, each]) => [status, answerOf(each)])),
      ...Object.fromEntries([...call.refusals].map(([status, codes]) => [status, refusalOf(status, codes)])),
    },
    security: securityOf(call.route.callers, call.hasMoreForAdmin === true),
  };
}

function bodyOf({ body, otherBody, example, route }: RoutedCall): Record<string, unknown> | undefined {
  if (otherBody !== undefined) {
    const { type, description, schema = {} } = otherBody;
    return { description, required: true, content: { [type]: { schema } } };
  }
  if (body === undefined) return undefined;
  return {
    description: `At most ${BODY_BYTES_MAX} bytes, as UTF-8`,
    required: !route.isBodyOptional,
    content: {
      "application/json": {
        schema: { $ref: refTo(body) },
        ...(example === undefined ? {} : { example }),
      },
    },
  };
}

function answerOf({ description, schema, type }: Answer): Record<string, unknown> {
  if (schema === undefined && type === undefined) return { description };
  const content = schema === undefined ? {} : { schema: { $ref: refTo(nameOfAnswer(schema)) } };
  return { description, content: { [type ?? "application/json"]: content } };
}

function refusalOf(status: number, codes: readonly ProblemCode[]): Record<string, unknown> {
  const isLater = status === 429 || status === 503;
  return {
    description: codes.map((code) => `\`${code}\`: ${PROBLEM_TEXTS[code]}`).join("\n\n"),
    ...(isLater
      ? { headers: { "Retry-After": { description: "Seconds", schema: { type: "integer", minimum: 1 } } } }
      : {}),
    content: {
      "application/problem+json": {
        schema: {
          allOf: [{ $ref: refTo("Problem") }, { type: "object", properties: { code: { enum: codes } } }],
        },
      },
    },
  };
}

function webhookOf({ type, summary, schema, example }: ReturnType<typeof webhooks>[number]) {
  const isVerification = type === "subscription.verify";
  return {
    post: {
      operationId: type.replaceAll(/\W(\w)/g, (_dot, letter: string) => letter.toUpperCase()),
      summary,
      security: [],
      parameters: DELIVERY_HEADERS.map(([name, description]) => ({
        name,
        in: "header",
        required: true,
        description,
        schema: { type: "string" },
      })),
      requestBody: {
        required: true,
        content: { "application/json": { schema: { $ref: refTo(nameOfAnswer(schema)) }, example } },
      },
      responses: {
        "2XX": {
          description: isVerification
            ? "The endpoint wants the events, if the body is the challenge"
            : "The endpoint has the event",
        },
        410: { description: "The endpoint wants no more events: the subscription is disabled" },
        "4XX": { description: "The event is sent again, by the schedule" },
      },
    },
  };
}

const PATH_PARAMETERS: Readonly<Record<string, JsonSchema>> = {
  sha256: {
    type: "string",
    pattern: "^[0-9a-f]{64}$",
    description: "The SHA-256 of the bytes, in hexadecimal digits",
  },
  edition: { type: "integer", minimum: 1, description: "The number of an edition" },
  other: { type: "integer", minimum: 1, description: "The number of another edition" },
  token: { type: "string", description: "The end of the confirm URL" },
  event: { type: "string", description: "The id of an event" },
  backup: { type: "string", description: "The id of the backup" },
};

export function pathParameters(path: string) {
  return [...path.matchAll(/\{(\w+)\}/g)].map(([, name = ""]) => {
    const { description = "", ...schema } = PATH_PARAMETERS[name] ?? idIn(path);
    return { name, in: "path", required: true, description, schema };
  });
}

function idIn(path: string): JsonSchema {
  return path.startsWith("/api/v1/releases/")
    ? { type: "string", format: "uuid", description: "The id of the release" }
    : { type: "string", description: "The id of the subscription" };
}

function queryParameter({ name, description, schema, repeated = false }: Parameter) {
  return { name, in: "query", description, schema: repeated ? { type: "array", items: schema } : schema };
}

function securityOf(callers: Callers, hasMoreForAdmin: boolean): Record<string, never[]>[] {
  switch (callers) {
    case "admin":
      return [{ admin: [] }];
    case "owner":
      return [{ subscription: [] }, { admin: [] }];
    case "subscribers":
      return [{}, { admin: [] }];
    case "all":
      return hasMoreForAdmin ? [{}, { admin: [] }] : [];
  }
}
