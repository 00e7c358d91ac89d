/**
 * The subscription of a receiver on this machine: made when it begins, taken back when it ends.
 */
import { setTimeout as delay } from "node:timers/promises";
import * as z from "zod/mini";
import { findAdminToken } from "../admin-token.ts";
import { ApiClient, issueLines, unexpectedAnswer, ServiceProblem } from "../api-client.ts";
import { suggestCommand } from "../command-line.ts";
import { CliError } from "../cli-error.ts";

const created = z.object({ id: z.string(), secret: z.string(), token: z.string(), status: z.string() });
type Created = z.infer<typeof created>;
/** What the office is shown in place of a second one with the same URL and filter. */
const present = z.object({ id: z.string(), description: z.optional(z.string()), status: z.string() });
const statusAnswer = z.object({ status: z.string(), reason: z.optional(z.string()) });

/** What is asked for. */
export interface Wanted {
  url: string;
  filter: Record<string, unknown>;
  events: string[] | undefined;
}

/** By which one is known that was left behind by a receiver that was killed. */
const DESCRIPTION = "communique listen";
const PATH = "/api/v1/subscriptions";
/** Milliseconds in which the service must have asked, and taken the answer. */
const ACTIVE_WITHIN_MS = 20_000;
const ACTIVE_ASK_MS = 100;
/** Milliseconds between two looks at whether it still stands: nobody tells a receiver that it is sent nothing. */
const WATCH_MS = 2_000;
/** Milliseconds that taking the subscription back may last. */
const GOODBYE_MS = 5_000;
const NOT_FOUND = 404;
/** Of its own token 401 says that this is another service by now. */
const GONE = new Set([401, NOT_FOUND]);

export class OwnSubscription {
  readonly #client: ApiClient;
  readonly #created: Created;

  private constructor(client: ApiClient, made: Created) {
    this.#client = client;
    this.#created = made;
  }

  /** @throws CliError if the service refuses, or cannot be reached */
  static async make(client: ApiClient, wanted: Wanted): Promise<OwnSubscription> {
    const token = await findAdminToken(client.service);
    let answer = await subscribe(client, wanted, token);
    const leftOver = z.safeParse(present, answer);
    if (leftOver.success && !z.safeParse(created, answer).success) {
      await removeLeftOver(client, wanted.url, leftOver.data, token);
      answer = await subscribe(client, wanted, token);
    }
    const made = z.safeParse(created, answer);
    if (!made.success) throw unexpectedAnswer(client);
    return new OwnSubscription(client, made.data);
  }

  get id(): string {
    return this.#created.id;
  }

  get secret(): string {
    return this.#created.secret;
  }

  async untilActive(end: AbortSignal): Promise<"active"> {
    const deadline = Date.now() + ACTIVE_WITHIN_MS;
    let { status } = this.#created;
    while (status !== "active" && !end.aborted) {
      if (Date.now() > deadline) {
        throw new CliError(
          `The subscription is still ${status} after ${ACTIVE_WITHIN_MS / 1000} s: the service cannot reach this receiver. ` +
            "Is it on this machine, and started with `npm start`?",
        );
      }
      await delay(ACTIVE_ASK_MS);
      ({ status } = await this.#statusAnswer(this.#client));
    }
    return "active";
  }

  /**
   * Back when it is to end.
   *
   * @param tell called with a line when it is paused or disabled, and when it is active again
   * @throws CliError once it is there no more
   */
  async watch(end: AbortSignal, tell: (line: string) => void): Promise<void> {
    const client = new ApiClient(this.#client.service, end);
    let before = "active";
    while (!end.aborted) {
      try {
        await delay(WATCH_MS, undefined, { signal: end });
        const { status, reason } = await this.#statusAnswer(client);
        if (status !== before) tell(this.#changed(status, reason));
        before = status;
      } catch (error) {
        if (end.aborted) return;
        // A service that is restarted goes on with what it has.
        if (error instanceof Gone || !(error instanceof CliError)) throw error;
      }
    }
  }

  /** Takes it back. */
  async end(): Promise<void> {
    const { id, token } = this.#created;
    try {
      await remove(this.#client, id, token);
    } catch (error) {
      if (!(error instanceof CliError)) throw error;
      throw new CliError(
        `The subscription ${id} could not be taken back, and is still there: ${error.message}`,
      );
    }
  }

  #changed(status: string, reason: string | undefined): string {
    if (status === "active") return "The subscription is active again.";
    const why = reason === undefined ? "" : `: ${reason}`;
    const resume = suggestCommand(this.#client.service, "subscriptions", this.id, "--resume");
    return `The subscription is ${status}${why}. What happens is held; this sends it: ${resume}`;
  }

  async #statusAnswer(client: ApiClient): Promise<z.infer<typeof statusAnswer>> {
    const { id, token } = this.#created;
    try {
      const answer = await client.send({ method: "GET", path: `${PATH}/${id}`, token });
      return z.parse(statusAnswer, answer);
    } catch (error) {
      if (error instanceof z.core.$ZodError) throw unexpectedAnswer(client);
      if (!(error instanceof ServiceProblem) || !GONE.has(error.status)) throw error;
      throw new Gone(`The subscription ${id} is there no more: run the same command again for a new one.`);
    }
  }
}

/** It was deleted, or the service is another one. */
class Gone extends CliError {}

async function subscribe(client: ApiClient, wanted: Wanted, token: string | undefined): Promise<unknown> {
  try {
    return await client.send({
      method: "POST",
      path: PATH,
      body: JSON.stringify({ ...wanted, description: DESCRIPTION }),
      token,
      once: true,
    });
  } catch (error) {
    if (!(error instanceof ServiceProblem)) throw error;
    const advice = [
      ...(error.issues.some(({ path }) => path === "/url")
        ? ["Only a service on this machine that was started with `npm start` can reach this receiver."]
        : []),
      ...(error.code === "duplicate-subscription"
        ? ["Leave out --port for an address of its own, or set COMMUNIQUE_TOKEN to the admin token."]
        : []),
    ];
    throw new CliError([error.message, ...issueLines(error), ...advice].join("\n"));
  }
}

/** The port is ours now, so whoever had it is gone; but only what such a receiver made is taken away. */
async function removeLeftOver(
  client: ApiClient,
  url: string,
  { id, description }: z.infer<typeof present>,
  token: string | undefined,
): Promise<void> {
  if (description !== DESCRIPTION) {
    throw new CliError(
      `${url} is subscribed already as ${id}${description === undefined ? "" : ` (${description})`}: give another --port, or none.`,
    );
  }
  await remove(client, id, token);
}

/** One that is there no more is as good. */
async function remove(client: ApiClient, id: string, token: string | undefined): Promise<void> {
  try {
    await client.send({ method: "DELETE", path: `${PATH}/${id}`, token, timeoutMs: GOODBYE_MS });
  } catch (error) {
    if (!(error instanceof ServiceProblem) || error.status !== NOT_FOUND) throw error;
  }
}
