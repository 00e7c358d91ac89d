/**
 * The folder's registry, sent to the service around its releases.
 */
import * as z from "zod/mini";
import { type Registry, registry, REGISTRY_FACETS } from "../../domain/registry.ts";
import { unexpectedAnswer, ServiceProblem } from "../api-client.ts";
import { issueReport } from "../content/file-fault.ts";
import type { RegistryFile } from "../content/registry-file.ts";
import { CliError } from "../cli-error.ts";
import type { Destination } from "./batch-call.ts";

const PATH = "/api/v1/registry";

/** The registry that the service holds; an empty one if it was never sent any. */
export async function fetchRegistry({ client, token }: Destination): Promise<Registry> {
  const parsed = z.safeParse(registry, await client.send({ method: "GET", path: PATH, token }));
  if (!parsed.success) throw unexpectedAnswer(client);
  return parsed.data;
}

/** Whether two registries say the same. */
export function isSameRegistry(one: Registry, other: Registry): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

/**
 * Sends the registry before the releases, which may be filed under what is new in it.
 *
 * What it drops may still be in use, by releases that are only about to be filed elsewhere; the service
 * refuses that. It is then sent with the values that the service holds besides, and has to be sent once
 * more when the releases have moved.
 *
 * @param held what the service holds
 * @returns whether it has to be sent once more
 */
export async function sendRegistry(
  { file, registry, issueAt }: RegistryFile,
  held: Registry,
  to: Destination,
): Promise<boolean> {
  const sound = { file, registry, issueAt };
  try {
    await put(registry, to);
    return false;
  } catch (error) {
    if (!(error instanceof ServiceProblem)) throw error;
    if (error.code !== "values-in-use") throw refused(error, sound, "nothing was published");
  }
  try {
    await put(withValuesOf(held, registry), to);
    return true;
  } catch (error) {
    throw refused(error, sound, "nothing was published");
  }
}

/** Sends it once more, after the releases. @throws CliError that names what is still in use */
export async function sendRegistryAgain(file: RegistryFile, to: Destination): Promise<void> {
  try {
    await put(file.registry, to);
  } catch (error) {
    throw refused(
      error,
      file,
      "the releases were published, and the service's registry keeps what it needs: put the values back, " +
        "or file the releases elsewhere (also those that the folder does not hold), and run the same command again",
    );
  }
}

async function put(body: Registry, { client, token }: Destination): Promise<void> {
  await client.send({ method: "PUT", path: PATH, body: JSON.stringify(body), token });
}

function withValuesOf(held: Registry, wanted: Registry): Registry {
  const merged = { ...wanted };
  for (const facet of REGISTRY_FACETS) {
    const kept = new Set(wanted[facet].map(({ slug }) => slug));
    merged[facet] = [...wanted[facet], ...held[facet].filter(({ slug }) => !kept.has(slug))];
  }
  return merged;
}

/** The service's refusal, at the lines of the file where it names any. */
function refused(error: unknown, { issueAt }: RegistryFile, consequence: string): unknown {
  if (!(error instanceof ServiceProblem) || error.issues.length === 0) return error;
  return new CliError(issueReport(error.issues.map(issueAt), consequence));
}
