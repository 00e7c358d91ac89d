/**
 * Words for what only happens in YAML: fields without a value, and texts that read as numbers.
 */
import type * as z from "zod/mini";
import { plainMessage } from "../../domain/issues.ts";

/** For zod's `error` setting. */
export function editorMessage(issue: z.core.$ZodRawIssue): string | undefined {
  if (issue.code === "invalid_type") {
    if (issue.input === null) return "is empty: give it a value, or take the line out";
    if (
      issue.expected === "string" &&
      (typeof issue.input === "number" || typeof issue.input === "boolean")
    ) {
      return `must be text: put it in quotation marks, "${issue.input}"`;
    }
  }
  return plainMessage(issue);
}
