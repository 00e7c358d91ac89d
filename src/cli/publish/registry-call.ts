/**
 * Sends the folder's registry, before and if need be after its releases.
 */
import * as z from "zod/mini";
import { type Registry, registry, REGISTRY_FACETS } from "../../domain/registry.ts";
import { type ApiClient, ServiceProblem } from "../api-client.ts";
import { issueReport } from "../content/file-issue.ts";
import type { RegistryFile } from "../content/registry-file.ts";
import { CliError } from "../cli-error.ts";
import { report } from "../output.ts";

/** What the answer to a registry says beside the registry. */
const kept = z.looseObject({
  warnings: z.optional(z.array(z.looseObject({ path: z.string(), message: z.string() }))),
});

const PATH = "/api/v1/registry";

/** The service's registry; empty if it was never sent one. */
export function fetchRegistry(client: ApiClient): Promise<Registry> {
  return client.get(registry, PATH);
}

export function isSameRegistry(one: Registry, other: Registry): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

/**
 * Sends the registry before the releases, which may use its new values.
 *
 * The service refuses a registry without values that releases still use, although this publish may be
 * about to refile those releases. Then the registry is sent merged with the service's, and must be sent
 * again after the releases.
 *
 * @param present the service's registry
 * @returns whether the registry was merged, and must be sent again
 */
export async function sendRegistry(
  file: RegistryFile,
  present: Registry,
  client: ApiClient,
): Promise<boolean> {
  try {
    try {
      await put(file.content, client);
      return false;
    } catch (error) {
      if (!(error instanceof ServiceProblem) || error.code !== "values-in-use") throw error;
    }
    await put(merge(present, file.content), client);
    return true;
  } catch (error) {
    throw withLines(error, file, "nothing was published");
  }
}

/** Sends the registry after the releases. @throws CliError that names the values still in use */
export async function sendRegistryAgain(file: RegistryFile, client: ApiClient): Promise<void> {
  try {
    await put(file.content, client);
  } catch (error) {
    throw withLines(
      error,
      file,
      "the releases were published, and the service's registry keeps the values in use: add them again, or " +
        "refile the releases that use them (also outside the folder), and run the same command again",
    );
  }
}

async function put(registry: Registry, client: ApiClient): Promise<void> {
  const { warnings = [] } = await client.put(kept, PATH, { body: JSON.stringify(registry) });
  for (const { path, message } of warnings) report(`registry ${path}: ${message}`);
}

function merge(present: Registry, wanted: Registry): Registry {
  const merged = { ...wanted };
  for (const facet of REGISTRY_FACETS) {
    const kept = new Set(wanted[facet].map(({ slug }) => slug));
    merged[facet] = [...wanted[facet], ...present[facet].filter(({ slug }) => !kept.has(slug))];
  }
  return merged;
}

/** The issues that the service names, at their lines of the file. */
function withLines(error: unknown, { issueAt }: RegistryFile, consequence: string): unknown {
  if (!(error instanceof ServiceProblem) || error.issues.length === 0) return error;
  return new CliError(issueReport(error.issues.map(issueAt), consequence));
}
