/**
 * What is wrong with something that a program or a person sent.
 */
import * as z from "zod/mini";
import { FAULTS_MAX } from "../limits.ts";

/** One fault: where, as a JSON Pointer (RFC 6901) into what was sent, and what to do about it. */
export interface Fault {
  path: string;
  message: string;
}

/** `["releases", 3, "slug"]` → `/releases/3/slug`. */
export function pointer(path: readonly PropertyKey[]): string {
  return path.map((key) => `/${String(key).replaceAll("~", "~0").replaceAll("/", "~1")}`).join("");
}

/** The faults of a failed parse. A missing field is said to be missing, not to be of a wrong type. */
export function faultsOf(error: z.core.$ZodError): Fault[] {
  return error.issues.slice(0, FAULTS_MAX).flatMap((issue): Fault[] => {
    if (issue.code === "unrecognized_keys") {
      return issue.keys.map((key) => ({
        path: pointer([...issue.path, key]),
        message: "is not a known field, or is misspelt",
      }));
    }
    return [{ path: pointer(issue.path), message: issue.message }];
  });
}

/** Parses with faults in plain words. */
export function parse<S extends z.ZodMiniType>(
  schema: S,
  value: unknown,
): { ok: true; value: z.output<S> } | { ok: false; faults: Fault[] } {
  const parsed = z.safeParse(schema, value, { error: plainMessage });
  return parsed.success ? { ok: true, value: parsed.data } : { ok: false, faults: faultsOf(parsed.error) };
}

/** For zod's `error` setting: plain words for the few faults that the schemas leave to zod. */
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
