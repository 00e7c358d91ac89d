/**
 * Issues: what is wrong with data that a program or a person sent.
 */
import * as z from "zod/mini";
import {
  FIELDS_WITH_NEAREST_MAX,
  ISSUE_CHARS_MAX,
  ISSUES_BYTES_MAX,
  ISSUES_MAX,
  PARAMETER_CHARS_MAX,
} from "./limits.ts";
import { isLikelyTypo, nearestOf } from "./nearest.ts";

/** One issue: `path` is a JSON Pointer (RFC 6901) into the data, `message` says what to do about it. */
export interface Issue {
  path: string;
  message: string;
  /** The line of a text, from 1, without empty lines before it. */
  line?: number | undefined;
}

/** A value, or the issues that keep it from being one. */
export type Result<T> = { ok: true; value: T } | { ok: false; issues: Issue[] };

export function ok<T>(value: T): Result<T> {
  return { ok: true, value };
}

export function invalid(...issues: Issue[]): { ok: false; issues: Issue[] } {
  return { ok: false, issues };
}

/** The issues of all results that have any. */
export function issuesIn(...results: Result<unknown>[]): Issue[] {
  return results.flatMap((result) => (result.ok ? [] : result.issues));
}

/** `["releases", 3, "slug"]` → `/releases/3/slug`. */
export function pointer(path: readonly PropertyKey[]): string {
  return path.map((key) => `/${String(key).replaceAll("~", "~0").replaceAll("/", "~1")}`).join("");
}

/** The issues of a failed parse. A missing field is reported as missing, not as of the wrong type. */
export function issuesOf(error: z.core.$ZodError): Issue[] {
  const issues = error.issues.slice(0, ISSUES_MAX).flatMap((issue): Issue[] => {
    if (issue.code === "unrecognized_keys") {
      const messages = issue.message.split("\n");
      return issue.keys.slice(0, ISSUES_MAX).map((key, index) => ({
        path: pointer([...issue.path, key]),
        message: messages[index] ?? UNKNOWN_FIELD,
      }));
    }
    // The key of a record: what is wrong with it is one level deeper.
    const { message } = issue.code === "invalid_key" ? (issue.issues[0] ?? issue) : issue;
    return [{ path: pointer(issue.path), message }];
  });
  return issues.slice(0, ISSUES_MAX);
}

/** The first issues, as many as one answer may hold, each cut to a length that people read. */
export function boundIssues(issues: readonly Issue[]): Issue[] {
  const bounded: Issue[] = [];
  let bytes = 0;
  for (const { path, message, line } of issues) {
    const issue = { path: cut(path), message: cut(message), ...(line !== undefined && { line }) };
    bytes += new TextEncoder().encode(JSON.stringify(issue)).byteLength + 1;
    if (bytes > ISSUES_BYTES_MAX) break;
    bounded.push(issue);
  }
  return bounded;
}

function cut(text: string): string {
  return text.length <= ISSUE_CHARS_MAX ? text : `${text.slice(0, ISSUE_CHARS_MAX).toWellFormed()}…`;
}

/** Parses with issues in plain words. */
export function parse<S extends z.ZodMiniType>(schema: S, value: unknown): Result<z.output<S>> {
  try {
    const parsed = z.safeParse(schema, value, { error: plainMessage });
    return parsed.success ? { ok: true, value: parsed.data } : { ok: false, issues: issuesOf(parsed.error) };
  } catch (error) {
    // zod passes the issues of an object on as arguments of one call: some hundred thousand exceed the stack.
    if (!(error instanceof RangeError)) throw error;
    return invalid({ path: "", message: "has too many faults to name them" });
  }
}

/** For zod's `error` setting: plain words for the few issues that the schemas leave to zod. */
export function plainMessage(issue: z.core.$ZodRawIssue): string | undefined {
  if (issue.code === "invalid_type" && issue.input === undefined) return "is required";
  if (issue.code === "invalid_type") return `must be ${article(issue.expected)}`;
  if (issue.code === "unrecognized_keys") return unknownFields(issue.keys, knownFields(issue.inst));
  return undefined;
}

const UNKNOWN_FIELD = "is not a known field, or is misspelt";

/** One line for each field, which {@link issuesOf} takes apart. */
function unknownFields(given: readonly string[], known: readonly string[]): string {
  return given
    .slice(0, FIELDS_WITH_NEAREST_MAX)
    .map((field) => {
      const name = field.slice(0, PARAMETER_CHARS_MAX);
      const [nearest] = nearestOf(name, known);
      return nearest === undefined || !isLikelyTypo(name, nearest)
        ? UNKNOWN_FIELD
        : `${UNKNOWN_FIELD}; the nearest is ${nearest}`;
    })
    .join("\n");
}

/** The fields of the object whose schema found an issue. */
function knownFields(schema: unknown): string[] {
  const { shape } = (schema as { _zod?: { def?: { shape?: object } } } | undefined)?._zod?.def ?? {};
  return Object.keys(shape ?? {});
}

function article(expected: string): string {
  switch (expected) {
    case "array":
      return "a list";
    case "object":
    case "record":
      return "an object";
    case "string":
      return "text";
    default:
      return `a ${expected}`;
  }
}
