/**
 * Names the values that are nearest to unknown ones. The Newsroom only says which values are unknown:
 * comparing them with thousands would delay everybody there.
 */
import type { Issue } from "../../domain/issues.ts";
import {
  EMPTY_REGISTRY,
  isUnknownValue,
  nameNearest,
  type Registry,
  type RegistryIssue,
} from "../../domain/registry.ts";
import { textOf } from "../../documents/kv-store.ts";
import { REGISTRY_PATH } from "../../documents/paths.ts";
import { newsroom } from "../../runtime/stubs.ts";
import type { Context } from "../context.ts";
import { lookUp } from "./cache.ts";

/** @param isForAdmin the admin learns of values, too, that strangers do not know yet */
export async function nameNearestValues(
  c: Context,
  issues: readonly RegistryIssue[],
  isForAdmin = false,
): Promise<Issue[]> {
  const hasUnknown = issues.some(isUnknownValue);
  const read = () => (isForAdmin ? newsroom(c.env).registry() : publicRegistry(c));
  return nameNearest(issues, (hasUnknown ? await read() : undefined) ?? EMPTY_REGISTRY);
}

async function publicRegistry(c: Context): Promise<Registry | undefined> {
  const lookup = await lookUp(c, REGISTRY_PATH);
  if (lookup.kind !== "found") return undefined;
  return JSON.parse(textOf(lookup.servable.document)) as Registry; // written by our renderer
}
