/**
 * Reads a YAML file of a content folder that is sent as one body, such as `registry.yaml`.
 */
import * as z from "zod/mini";
import { BODY_BYTES_MAX } from "../../domain/limits.ts";
import { type Issue, issuesOf } from "../../domain/issues.ts";
import { onSystemError, readIfPresent } from "../cli-error.ts";
import { unreadable } from "./content-file.ts";
import { type FileIssue, locateIssue } from "./file-issue.ts";
import { parseFields } from "./front-matter.ts";
import { decodeText, yamlMessage } from "./yaml-text.ts";

export interface YamlFile<T> {
  /** Absolute path. */
  file: string;
  content: T;
  /** Locates an issue that the service finds. */
  issueAt: (issue: Issue) => FileIssue;
}

/** What a file holds. `example`: a valid line; `remedy`: what to do if it is too large. */
interface YamlKind<S extends z.ZodMiniType> {
  schema: S;
  example: string;
  remedy: string;
}

/**
 * @param file absolute path
 * @returns undefined if the file does not exist
 */
export async function readYamlFile<S extends z.ZodMiniType>(
  file: string,
  kind: YamlKind<S>,
): Promise<YamlFile<z.output<S>> | FileIssue[] | undefined> {
  const bytes = await onSystemError(readIfPresent(file), (code) => unreadable(file, code));
  return bytes === undefined || Array.isArray(bytes) ? bytes : parseYamlFile(file, bytes, kind);
}

/** {@link readYamlFile} for bytes in memory. */
export function parseYamlFile<S extends z.ZodMiniType>(
  file: string,
  bytes: Uint8Array,
  { schema, example, remedy }: YamlKind<S>,
): YamlFile<z.output<S>> | FileIssue[] {
  const text = decodeText(bytes);
  if (typeof text !== "string") return [{ file, ...text }];
  const located = parseFields(text.replace(/^\uFEFF/, ""), 1, example);
  if (Array.isArray(located)) return located.map((issue) => ({ file, ...issue }));

  const issueAt = (issue: Issue): FileIssue => locateIssue(file, issue, located.lineOf);
  const parsed = z.safeParse(schema, located.fields, { error: yamlMessage });
  const comments = located.comments.map((issue) => ({ file, ...issue }));
  if (!parsed.success) return [...comments, ...issuesOf(parsed.error).map(issueAt)];
  if (comments.length > 0) return comments;
  const size = Buffer.byteLength(JSON.stringify(parsed.data));
  if (size > BODY_BYTES_MAX) {
    const message = `has ${size} bytes as JSON; the limit is ${BODY_BYTES_MAX}: ${remedy}`;
    return [{ file, line: 1, message }];
  }
  return { file, content: parsed.data, issueAt };
}
