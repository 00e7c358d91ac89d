/**
 * `registry.yaml` of a content folder: the values of each facet with their names.
 */
import { registry, type Registry } from "../../domain/registry.ts";
import type { FileIssue } from "./file-issue.ts";
import { parseYamlFile, readYamlFile, type YamlFile } from "./yaml-file.ts";

export const REGISTRY_FILE = "registry.yaml";

export type RegistryFile = YamlFile<Registry>;

const KIND = { schema: registry, example: "topics: …", remedy: "remove values that no release uses" };

/**
 * @param file absolute path
 * @returns undefined if the file does not exist
 */
export function readRegistryFile(file: string): Promise<RegistryFile | FileIssue[] | undefined> {
  return readYamlFile(file, KIND);
}

/** {@link readRegistryFile} for bytes in memory. */
export function parseRegistryFile(file: string, bytes: Uint8Array): RegistryFile | FileIssue[] {
  return parseYamlFile(file, bytes, KIND);
}
