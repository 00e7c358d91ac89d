/**
 * What the service did, by its own log lines: what of it a platform bills.
 */
import { EventEmitter, once } from "node:events";

export interface Costs {
  kvReads: number;
  kvWrites: number;
  objectCalls: number;
  rowsWritten: number;
}

/** What a line says of itself; what it leaves out it did not cost. */
interface Line extends Partial<Costs> {
  message?: string;
  path?: string;
}

const NOTHING: Costs = { kvReads: 0, kvWrites: 0, objectCalls: 0, rowsWritten: 0 };
/** Asked by ourselves, to hear of its line: in no sum. */
const SIGN_OF_LIFE = "/healthz";

export class LoggedCosts {
  #costs = { ...NOTHING };
  readonly #signs = new EventEmitter();

  readonly onLog = (line: string): void => {
    if (!line.startsWith("{")) return;
    const { message, path, ...costs } = JSON.parse(line) as Line;
    if (message === "request" && path === SIGN_OF_LIFE) this.#signs.emit("sign");
    else this.#add(costs);
  };

  /** Since it was last taken; all lines of what was answered until now are in it. */
  async take(service: URL): Promise<Costs> {
    const heard = once(this.#signs, "sign");
    // Lines come in the order in which they were written.
    const response = await fetch(new URL(SIGN_OF_LIFE, service));
    await response.arrayBuffer();
    await heard;
    const taken = this.#costs;
    this.#costs = { ...NOTHING };
    return taken;
  }

  #add(costs: Partial<Costs>): void {
    for (const name of Object.keys(NOTHING) as (keyof Costs)[]) this.#costs[name] += costs[name] ?? 0;
  }
}

/** @param per how many things they are the costs of */
export function costsPer(per: number, costs: Costs): Costs {
  const each = (cost: number) => Math.round((cost / per) * 10) / 10;
  return {
    kvReads: each(costs.kvReads),
    kvWrites: each(costs.kvWrites),
    objectCalls: each(costs.objectCalls),
    rowsWritten: each(costs.rowsWritten),
  };
}
