/**
 * The built service for the feed benchmarks, with an API client and the logged costs.
 */
import { randomBytes } from "node:crypto";
import { ApiClient } from "../chaos/api-client.ts";
import { BuiltWorker } from "./built-worker.ts";
import { LoggedCosts } from "./logged-costs.ts";

export class FeedService implements AsyncDisposable {
  readonly api: ApiClient;
  readonly adminToken: string;
  readonly costs: LoggedCosts;
  readonly #worker: BuiltWorker;

  private constructor(worker: BuiltWorker, adminToken: string, costs: LoggedCosts) {
    this.#worker = worker;
    this.adminToken = adminToken;
    this.api = new ApiClient(worker.url, adminToken);
    this.costs = costs;
  }

  static async start(inspected = false): Promise<FeedService> {
    const adminToken = randomBytes(32).toString("base64url");
    const costs = new LoggedCosts();
    const vars = { ADMIN_TOKEN: adminToken, SECRETS_KEY: randomBytes(32).toString("base64") };
    const worker = await BuiltWorker.start(vars, costs.onLog, inspected);
    return new FeedService(worker, adminToken, costs);
  }

  get url(): URL {
    return this.#worker.url;
  }

  /** The isolate's URL at V8's inspector, if requested. */
  get inspector(): URL | undefined {
    return this.#worker.inspector;
  }

  get pid(): number | undefined {
    return this.#worker.pid;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#worker[Symbol.asyncDispose]();
  }
}
