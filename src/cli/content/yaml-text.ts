/**
 * Text and YAML as editors save them: decoding, and messages for what only happens in YAML.
 */
import type * as z from "zod/mini";
import { plainMessage } from "../../domain/issues.ts";

const LINE_FEED = 0x0a;

/** Decodes UTF-8 and keeps a byte order mark; otherwise names the first line that is not UTF-8. */
export function decodeText(bytes: Uint8Array): string | { line: number; message: string } {
  const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
  try {
    return decoder.decode(bytes);
  } catch {
    return { line: badLine(bytes, decoder), message: "has bytes that are not UTF-8: save the file as UTF-8" };
  }
}

/** In UTF-8 the byte of a line feed occurs in no other character, so each line can be decoded alone. */
function badLine(bytes: Uint8Array, decoder: TextDecoder): number {
  let line = 1;
  for (let start = 0; ; line += 1) {
    const end = bytes.indexOf(LINE_FEED, start);
    try {
      decoder.decode(bytes.subarray(start, end === -1 ? bytes.length : end));
    } catch {
      return line;
    }
    if (end === -1) return line;
    start = end + 1;
  }
}

/** For zod's `error` setting: messages for empty fields, and for text that YAML reads as a number. */
export function yamlMessage(issue: z.core.$ZodRawIssue): string | undefined {
  if (issue.code === "invalid_type") {
    if (issue.input === null) return "is empty: give it a value, or remove the line";
    if (
      issue.expected === "string" &&
      (typeof issue.input === "number" || typeof issue.input === "boolean")
    ) {
      return "must be text: put quotation marks around it, exactly as it stands";
    }
  }
  return plainMessage(issue);
}
