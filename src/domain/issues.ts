/**
 * Issues: what is wrong with data that a program or a person sent.
 */
import * as z from "zod/mini";
import { ISSUES_MAX } from "./limits.ts";

/** One issue: `path` is a JSON Pointer (RFC 6901) into the data, `message` says what to do about it. */
export interface Issue {
  path: string;
  message: string;
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
  return error.issues.slice(0, ISSUES_MAX).flatMap((issue): Issue[] => {
    if (issue.code === "unrecognized_keys") {
      return issue.keys.map((key) => ({
        path: pointer([...issue.path, key]),
        message: "is not a known field, or is misspelt",
      }));
    }
    return [{ path: pointer(issue.path), message: issue.message }];
  });
}

/** Parses with issues in plain words. */
export function parse<S extends z.ZodMiniType>(schema: S, value: unknown): Result<z.output<S>> {
  const parsed = z.safeParse(schema, value, { error: plainMessage });
  return parsed.success ? { ok: true, value: parsed.data } : { ok: false, issues: issuesOf(parsed.error) };
}

/** For zod's `error` setting: plain words for the few issues that the schemas leave to zod. */
export function plainMessage(issue: z.core.$ZodRawIssue): string | undefined {
  if (issue.code === "invalid_type" && issue.input === undefined) return "is required";
  if (issue.code === "invalid_type") return `must be ${article(issue.expected)}`;
  return undefined;
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
