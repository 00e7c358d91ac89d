/**
 * What a request has cost of the read model, for its log line.
 */
import type { ReadCost } from "./document-memo.ts";

const costs = new WeakMap<Request, ReadCost>();

/** To be added to. */
export function costOf(request: Request): ReadCost {
  const known = costs.get(request);
  if (known !== undefined) return known;
  const cost = { kvReads: 0, objectCalls: 0 };
  costs.set(request, cost);
  return cost;
}
