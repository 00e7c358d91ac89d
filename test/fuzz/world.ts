/**
 * What a service holds before the strangers come: what they may know of it, and what they must not learn or change.
 */
import type { Random } from "../chaos/random.ts";

export interface KnownRelease {
  id: string;
  lang: string;
  slug: string;
}

export interface Subscription {
  id: string;
  token: string;
  /** Ids of events in its log. */
  events: string[];
}

export interface World {
  service: URL;
  adminToken: string;
  /** Whether requests may carry the admin token. */
  usesAdmin: boolean;
  /** Released, withdrawn, killed and embargoed ones. */
  releases: KnownRelease[];
  /** In the shape of content/registry.yaml. */
  registry: Record<string, unknown>;
  /** Subscriptions whose tokens the strangers have. */
  owned: Subscription[];
  /** The last of them may be deleted, or lose their token. */
  expendable: Subscription[];
  /** A subscription whose id the strangers know, but not its token. */
  bystander: Subscription;
  /** Words of the embargoed release and of the value that only it has. No request contains them. */
  secretWords: readonly string[];
}

/** A subscription that a request aims at. */
export function pickSubscription(world: World, isDestructive: boolean, random: Random): Subscription {
  if (random.chance(0.15)) return world.bystander;
  return random.pick(isDestructive ? world.expendable : world.owned);
}
