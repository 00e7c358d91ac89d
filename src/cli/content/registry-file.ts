/**
 * Reads `registry.yaml` of a content folder: the values of each facet with their names.
 */
import * as z from "zod/mini";
import { type Issue, issuesOf } from "../../domain/issues.ts";
import { registry, type Registry } from "../../domain/registry.ts";
import { BODY_BYTES_MAX } from "../../domain/limits.ts";
import { onSystemError, readIfPresent } from "../cli-error.ts";
import { unreadable } from "./content-file.ts";
import { type FileIssue, locateIssue } from "./file-issue.ts";
import { parseFields } from "./front-matter.ts";
import { decodeText, yamlMessage } from "./yaml-text.ts";

export const REGISTRY_FILE = "registry.yaml";

export interface RegistryFile {
  /** Absolute path. */
  file: string;
  registry: Registry;
  /** Locates an issue that the service finds. */
  issueAt: (issue: Issue) => FileIssue;
}

/**
 * @param file absolute path
 * @returns undefined if the file does not exist
 */
export async function readRegistryFile(file: string): Promise<RegistryFile | FileIssue[] | undefined> {
  const bytes = await onSystemError(readIfPresent(file), (code) => unreadable(file, code));
  return bytes === undefined || Array.isArray(bytes) ? bytes : parseRegistryFile(file, bytes);
}

/** {@link readRegistryFile} for bytes in memory. */
export function parseRegistryFile(file: string, bytes: Uint8Array): RegistryFile | FileIssue[] {
  const text = decodeText(bytes);
  if (typeof text !== "string") return [{ file, ...text }];
  const located = parseFields(text.replace(/^\uFEFF/, ""), 1, "topics: …");
  if (Array.isArray(located)) return located.map((issue) => ({ file, ...issue }));

  const issueAt = (issue: Issue): FileIssue => locateIssue(file, issue, located.lineOf);
  const parsed = z.safeParse(registry, located.fields, { error: yamlMessage });
  if (!parsed.success) return issuesOf(parsed.error).map(issueAt);
  const size = Buffer.byteLength(JSON.stringify(parsed.data));
  if (size > BODY_BYTES_MAX) {
    const message = `has ${size} bytes as JSON; the limit is ${BODY_BYTES_MAX}: remove values that no release uses`;
    return [{ file, line: 1, message }];
  }
  return { file, registry: parsed.data, issueAt };
}
