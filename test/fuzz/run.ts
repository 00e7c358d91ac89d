/**
 * A run: requests of one seed over several connections, and what was wrong.
 */
import { Random } from "../chaos/random.ts";
import { faultsOf } from "./answer-check.ts";
import { curlOf } from "./curl.ts";
import { FuzzedService } from "./fuzzed-service.ts";
import { type FuzzRequest, requestOf } from "./request.ts";
import { type Answer, newAgent, send } from "./send.ts";
import { Totals } from "./totals.ts";
import type { World } from "./world.ts";

export interface RunOptions {
  seed: number;
  requests: number;
  /** The number of the first request. */
  from: number;
  connections: number;
  /** Most requests carry the admin token. */
  admin: boolean;
}

/** A run ends after so many failures: the rest would say the same. */
const FAILURES_MAX = 20;
/** Requests between two looks at the ledger: a change is blamed on so many. */
const CHUNK = 1_000;

export interface Run {
  sent: number;
  failures: string[];
  totals: Totals;
}

export async function run(options: RunOptions, onProgress: (done: number) => void): Promise<Run> {
  const errors: string[] = [];
  const onLog = (line: string) => {
    if (line.includes('"message":"request failed"')) errors.push(line);
  };
  await using service = await FuzzedService.start(options.admin, onLog);
  const fuzzing = new Fuzzing(service, options, errors);
  for (let number = options.from; number < options.from + options.requests; number += CHUNK) {
    const end = Math.min(number + CHUNK, options.from + options.requests);
    await fuzzing.sendAll(number, end, (at) => onProgress(at - options.from));
    if (fuzzing.failures.length >= FAILURES_MAX) break;
  }
  return { sent: fuzzing.totals.sent, failures: fuzzing.failures, totals: fuzzing.totals };
}

class Fuzzing {
  readonly failures: string[] = [];
  readonly totals = new Totals();
  readonly #service: FuzzedService;
  readonly #options: RunOptions;
  /** Log lines about failures of the service since the last request that was wrong. */
  readonly #errors: string[];
  #before: Record<string, string> | undefined;

  constructor(service: FuzzedService, options: RunOptions, errors: string[]) {
    this.#service = service;
    this.#options = options;
    this.#errors = errors;
  }

  /** Sends the requests from one number up to but not including another. */
  async sendAll(from: number, end: number, onSent: (number: number) => void): Promise<void> {
    // The admin changes the ledger, so one request at a time: what a refused one changed is known.
    const connections = this.#options.admin ? 1 : this.#options.connections;
    this.#before ??= await this.#fixed();
    const agent = newAgent(connections);
    let next = from;
    const work = async () => {
      while (next < end && this.failures.length < FAILURES_MAX) {
        const number = next;
        next += 1;
        await this.#sendOne(agent, number);
        onSent(number);
      }
    };
    await Promise.all(Array.from({ length: connections }, work));
    agent.destroy();
    if (!this.#options.admin) await this.#compareFixed(from, end - 1);
  }

  async #sendOne(agent: ReturnType<typeof newAgent>, number: number): Promise<void> {
    const { world, ledger } = this.#service;
    const request = requestOf(world, number, new Random(this.#options.seed, number));
    const mayChange = this.#options.admin && request.method !== "GET" && request.method !== "HEAD";
    const before = mayChange ? ledger.state() : "";
    const answer = await send(agent, world.service, request);
    this.totals.add(request, answer);
    const faults = faultsOf(request, answer, world);
    if (mayChange && isPromisedUnchanged(request, answer) && ledger.state() !== before) {
      faults.push(`status ${answer.status}, but the ledger has changed`);
    }
    if (faults.length > 0) this.#fail(request, faults, world);
  }

  #fail(request: FuzzRequest, faults: string[], world: World): void {
    const { seed } = this.#options;
    const logged = this.#errors.splice(0).slice(-1);
    this.failures.push(
      [
        `seed ${seed}, request ${request.number}: ${faults.join("; ")}`,
        ...logged.map((line) => `  logged: ${line.slice(0, 1_000)}`),
        `  ${curlOf(world.service, request)}`,
      ].join("\n"),
    );
  }

  async #compareFixed(first: number, last: number): Promise<void> {
    const after = await this.#fixed();
    const changed = Object.keys(after).filter((name) => after[name] !== this.#before?.[name]);
    this.#before = after;
    if (changed.length === 0) return;
    const { seed } = this.#options;
    this.failures.push(
      `seed ${seed}, requests ${first} to ${last}: strangers changed ${changed.join(", ")}. ` +
        `To narrow it down: npm run fuzz -- --seed ${seed} --from ${first} --requests N`,
    );
  }

  /** The parts of the ledger and of the bystander that strangers must not change, each as a text. */
  async #fixed(): Promise<Record<string, string>> {
    const { world, ledger } = this.#service;
    const { bystander, service, adminToken } = world;
    const read = async (path: string, token: string) => {
      const response = await fetch(new URL(path, service), { headers: { authorization: `Bearer ${token}` } });
      return `${response.status} ${await response.text()}`;
    };
    const subscription = `/api/v1/subscriptions/${bystander.id}`;
    return {
      ...ledger.digests(bystander.id),
      registry: await read("/api/v1/registry", adminToken),
      embargoed: await read(`/api/v1/releases/${world.releases.at(-1)?.id}`, adminToken),
      "the bystander's subscription": await read(subscription, bystander.token),
      "the bystander's log": await read(`${subscription}/deliveries?limit=100`, bystander.token),
    };
  }
}

/** A refused request changes nothing, and neither does the dry run of a publish. */
function isPromisedUnchanged({ method, path }: FuzzRequest, { status }: Answer): boolean {
  const isPublish = /^\/api\/v1\/releases(?:\?|$)/.test(path) ? method === "POST" : method === "PUT";
  return status >= 400 || (isPublish && /[?&]dryRun=true(?:&|$)/.test(path));
}
