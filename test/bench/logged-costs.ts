/**
 * Sums up the billable costs that the service logs.
 */
import { EventEmitter, once } from "node:events";

export interface Costs {
  kvReads: number;
  kvWrites: number;
  objectCalls: number;
  rowsWritten: number;
}

/** A log line. Missing costs are zero. */
interface Line extends Partial<Costs> {
  message?: string;
  path?: string;
}

const NOTHING: Costs = { kvReads: 0, kvWrites: 0, objectCalls: 0, rowsWritten: 0 };
/** Requested only to see its log line; not counted. */
const MARKER_PATH = "/healthz";

export class LoggedCosts {
  #costs = { ...NOTHING };
  readonly #markers = new EventEmitter();

  readonly onLog = (line: string): void => {
    if (!line.startsWith("{")) return;
    const { message, path, ...costs } = JSON.parse(line) as Line;
    if (message === "request" && path === MARKER_PATH) this.#markers.emit("marker");
    else this.#add(costs);
  };

  /** The costs since the last call, including those of every request that was answered before. */
  async take(service: URL): Promise<Costs> {
    const marker = once(this.#markers, "marker");
    // Log lines arrive in order, so that all earlier ones are counted.
    const response = await fetch(new URL(MARKER_PATH, service));
    await response.arrayBuffer();
    await marker;
    const taken = this.#costs;
    this.#costs = { ...NOTHING };
    return taken;
  }

  #add(costs: Partial<Costs>): void {
    for (const name of Object.keys(NOTHING) as (keyof Costs)[]) this.#costs[name] += costs[name] ?? 0;
  }
}

/** @param per number of operations to divide by */
export function costsPer(per: number, costs: Costs): Costs {
  const each = (cost: number) => Math.round((cost / per) * 10) / 10;
  return {
    kvReads: each(costs.kvReads),
    kvWrites: each(costs.kvWrites),
    objectCalls: each(costs.objectCalls),
    rowsWritten: each(costs.rowsWritten),
  };
}
