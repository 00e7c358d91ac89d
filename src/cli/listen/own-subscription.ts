/**
 * The subscription of `communique listen`: created when it starts and deleted when it ends.
 */
import { setTimeout as delay } from "node:timers/promises";
import * as z from "zod/mini";
import { ApiClient, ServiceProblem } from "../api-client.ts";
import { suggestCommand } from "../options.ts";
import { CliError } from "../cli-error.ts";

const created = z.object({ id: z.string(), secret: z.string(), token: z.string(), status: z.string() });
type Created = z.infer<typeof created>;
/** The admin gets the existing subscription instead of a second one with the same URL and filter. */
const existing = z.object({ id: z.string(), description: z.optional(z.string()), status: z.string() });
const statusAnswer = z.object({ status: z.string(), reason: z.optional(z.string()) });

export interface SubscriptionInput {
  url: string;
  filter: Record<string, unknown>;
  events: string[] | undefined;
}

/** Marks subscriptions of this command, also those that a killed receiver left behind. */
const DESCRIPTION = "communique listen";
const PATH = "/api/v1/subscriptions";
/** Milliseconds in which the service must verify the receiver. */
const ACTIVE_TIMEOUT_MS = 20_000;
const ACTIVE_POLL_MS = 100;
/** Milliseconds between two checks: a receiver does not notice that its subscription was paused or deleted. */
const WATCH_POLL_MS = 2_000;
/** Milliseconds for deleting the subscription. */
const DELETE_TIMEOUT_MS = 5_000;
const NOT_FOUND = 404;
/** 401 for its own token: another service runs at this address now. */
const GONE = new Set([401, NOT_FOUND]);

export class OwnSubscription {
  readonly #client: ApiClient;
  readonly #created: Created;

  private constructor(client: ApiClient, made: Created) {
    this.#client = client;
    this.#created = made;
  }

  /** @throws CliError if the service refuses or cannot be reached */
  static async create(client: ApiClient, wanted: SubscriptionInput): Promise<OwnSubscription> {
    const answer = await subscribe(z.union([created, existing]), client, wanted);
    if ("secret" in answer) return new OwnSubscription(client, answer);
    await removeLeftOver(client, wanted.url, answer);
    return new OwnSubscription(client, await subscribe(created, client, wanted));
  }

  get id(): string {
    return this.#created.id;
  }

  get secret(): string {
    return this.#created.secret;
  }

  async untilActive(end: AbortSignal): Promise<"active"> {
    const deadline = Date.now() + ACTIVE_TIMEOUT_MS;
    let { status } = this.#created;
    while (status !== "active" && !end.aborted) {
      if (Date.now() > deadline) {
        throw new CliError(
          `The subscription is still ${status} after ${ACTIVE_TIMEOUT_MS / 1000} s: the service cannot reach this receiver. ` +
            "Only a service on this machine that was started with `npm start` can.",
        );
      }
      await delay(ACTIVE_POLL_MS);
      ({ status } = await this.#status(this.#client));
    }
    return "active";
  }

  /**
   * Runs until `end` aborts.
   *
   * @param report called with a line when the subscription is paused or disabled, and when it is active again
   * @throws CliError when the subscription was deleted
   */
  async watch(end: AbortSignal, report: (line: string) => void): Promise<void> {
    const client = new ApiClient(this.#client.service, undefined, end);
    let before = "active";
    while (!end.aborted) {
      try {
        await delay(WATCH_POLL_MS, undefined, { signal: end });
        const { status, reason } = await this.#status(client);
        if (status !== before) report(this.#describe(status, reason));
        before = status;
      } catch (error) {
        if (end.aborted) return;
        // The service may be restarting; its data stay.
        if (error instanceof Gone || !(error instanceof CliError)) throw error;
      }
    }
  }

  async delete(): Promise<void> {
    const { id, token } = this.#created;
    try {
      await remove(this.#client, id, { token });
    } catch (error) {
      if (!(error instanceof CliError)) throw error;
      throw new CliError(`The subscription ${id} could not be deleted and still exists: ${error.message}`);
    }
  }

  #describe(status: string, reason: string | undefined): string {
    if (status === "active") return "The subscription is active again.";
    const why = reason === undefined ? "" : `: ${reason}`;
    const resume = suggestCommand(this.#client.service, "subscriptions", this.id, "--resume");
    return `The subscription is ${status}${why}. Its events are held. To send them: ${resume}`;
  }

  async #status(client: ApiClient): Promise<z.infer<typeof statusAnswer>> {
    const { id, token } = this.#created;
    try {
      return await client.get(statusAnswer, `${PATH}/${id}`, { token });
    } catch (error) {
      if (!(error instanceof ServiceProblem) || !GONE.has(error.status)) throw error;
      throw new Gone(
        `The subscription ${id} no longer exists: run the same command again to create another.`,
      );
    }
  }
}

/** The subscription was deleted, or another service runs at this address. */
class Gone extends CliError {}

async function subscribe<S extends z.ZodMiniType>(
  answer: S,
  client: ApiClient,
  wanted: SubscriptionInput,
): Promise<z.output<S>> {
  try {
    const body = JSON.stringify({ ...wanted, description: DESCRIPTION });
    return await client.post(answer, PATH, { body, once: true });
  } catch (error) {
    if (!(error instanceof ServiceProblem)) throw error;
    const lines = error.lines();
    if (error.issues.some(({ path }) => path === "/url"))
      lines.push("Only a service on this machine that was started with `npm start` can reach this receiver.");
    if (error.code === "duplicate-subscription")
      lines.push("Omit --port to use any free port, or set COMMUNIQUE_TOKEN to the admin token.");
    throw new CliError(lines.join("\n"));
  }
}

/** This process has the port, so the earlier receiver has ended. Only subscriptions of this command are deleted. */
async function removeLeftOver(
  client: ApiClient,
  url: string,
  { id, description }: z.infer<typeof existing>,
): Promise<void> {
  if (description !== DESCRIPTION) {
    const name = description === undefined ? id : `${id} (${description})`;
    throw new CliError(`${url} already has the subscription ${name}: give another --port, or none.`);
  }
  await remove(client, id);
}

/** Deleting a subscription that does not exist succeeds. */
async function remove(client: ApiClient, id: string, options: { token?: string } = {}): Promise<void> {
  try {
    await client.send("DELETE", `${PATH}/${id}`, { ...options, timeoutMs: DELETE_TIMEOUT_MS });
  } catch (error) {
    if (!(error instanceof ServiceProblem) || error.status !== NOT_FOUND) throw error;
  }
}
