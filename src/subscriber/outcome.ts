/**
 * What comes of what is asked of a subscription.
 */
import type { SubscriptionView } from "./subscription.ts";

/** It cannot be done as things stand; in words, with what can. */
export interface Conflict {
  ok: false;
  conflict: string;
}

/** Null where there is no such subscription. */
export type Outcome = { ok: true; view: SubscriptionView } | Conflict | null;

export function refuse(conflict: string): Conflict {
  return { ok: false, conflict };
}

export const DUPLICATE = "another subscription has this URL and this filter, and has proved itself";
export const FORGOTTEN =
  "it was forgotten, since nobody proved in time that the endpoint wants this; subscribe anew";
export const UNPROVED = "The endpoint has not proved itself yet. POST …/verify asks it anew.";
