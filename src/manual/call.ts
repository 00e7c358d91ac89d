/**
 * A call of the API in the OpenAPI document: what the routes in http/app.ts do not say themselves. Who may call, which body
 * is taken and which errors the middleware gives comes from the routes.
 */
import type * as z from "zod/mini";
import type { ProblemCode } from "../domain/codes.ts";
import type { JsonSchema } from "./json-schema.ts";

/** A query parameter. */
export interface Parameter {
  name: string;
  description: string;
  schema: JsonSchema;
  /** Given several times, for several values. */
  repeated?: boolean;
}

export interface Answer {
  description: string;
  /** Left out: the answer has no body, or none that JSON Schema describes. */
  schema?: z.ZodMiniType;
  /** The media type; application/json if left out. Without a body: none. */
  type?: string;
}

export interface Call {
  /** Names the function in generated clients. */
  id: string;
  tag: Tag;
  /** What the call does, in a few words. */
  summary: string;
  /** More, as Markdown. */
  description?: string;
  parameters?: readonly Parameter[];
  /** The name of the body's schema in the document. */
  body?: string;
  /** A body that is no JSON. */
  otherBody?: { type: string; description: string; schema?: JsonSchema };
  /** A body that the service takes. */
  example?: unknown;
  /** By status. */
  answers: Readonly<Record<number, Answer>>;
  /** Beside those of the middleware. */
  errors?: readonly ProblemCode[];
  /** Whether the admin gets more than others. */
  hasMoreForAdmin?: boolean;
}

/** By method and path, as in `GET /api/v1/releases/{id}`. */
export type Calls = Readonly<Record<string, Call>>;

/** The parts of the document, in order. */
export const TAGS = {
  releases: "Releases, their editions and what lists narrow them",
  events: "What happened, to catch up and to follow",
  subscriptions: "Endpoints that are sent events",
  deliveries: "The log of a subscription, and sending again",
  publishing: "What the office writes, with the admin token",
  service: "The service itself: health, keys, registry, site",
  backup: "Backup and restore, with the admin token",
} as const;
export type Tag = keyof typeof TAGS;
