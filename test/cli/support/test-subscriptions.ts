/**
 * Subscriptions of a running service, with real receivers, and releases published to them.
 */
import { pollUntil } from "../../chaos/poll-until.ts";
import { Receiver } from "../../chaos/receiver.ts";
import { runCli, type Run } from "./run-cli.ts";
import { TOKEN, type Service } from "./running-service.ts";

export interface TestSubscription {
  id: string;
  receiver: Receiver;
}

export interface Published {
  id: string;
  url: string;
  slug: string;
  title: string;
  sequence: number;
}

/** Milliseconds: only a stuck delivery takes as long. */
const LOGGED_WITHIN_MS = 30_000;

let count = 0;

export class TestSubscriptions implements AsyncDisposable {
  readonly service: Service;
  readonly #receivers: Receiver[] = [];

  constructor(service: Service) {
    this.service = service;
  }

  /** Creates a subscription, by default without verification. */
  async subscribe(fields: Record<string, unknown> = {}): Promise<TestSubscription> {
    const receiver = await Receiver.open();
    this.#receivers.push(receiver);
    const made = await this.call<{ id: string; secret: string }>("POST", "/subscriptions", {
      url: receiver.url,
      verify: false,
      ...fields,
    });
    receiver.trust(made.secret);
    return { id: made.id, receiver };
  }

  /** @param before publishes another edition of this release */
  async publish(fields: Record<string, unknown> = {}, before?: Published): Promise<Published> {
    count += 1;
    const { id, title, slug } = before ?? {
      id: crypto.randomUUID(),
      title: `Statement ${count}`,
      slug: `statement-${count}`,
    };
    const body = { lang: "en", type: "statement", title, slug, date: "2020-12-01", body: "Text.", ...fields };
    const { url, sequence } = await this.call<Published>("PUT", `/releases/${id}`, body);
    return { id, url, slug, title, sequence };
  }

  /** Waits until the log has the events of a release in these states, newest first, each with its attempts. */
  async logged(subscription: TestSubscription, release: { id: string }, ...states: string[]): Promise<void> {
    const path = `/subscriptions/${subscription.id}/deliveries?release=${release.id}`;
    await pollUntil(`the log to have: ${states.join(", ")}`, LOGGED_WITHIN_MS, async () => {
      const log = await this.call<{ data: { state: string; attempts: number }[] }>("GET", path);
      const present = log.data.map(({ state, attempts }) => `${state} ${attempts}`);
      return present.join() === states.join() ? true : undefined;
    });
  }

  /** Runs a command with the admin token. */
  run(args: string[], token = TOKEN): Promise<Run> {
    return runCli([...args, "--to", this.service.url], { env: { COMMUNIQUE_TOKEN: token } });
  }

  async call<T>(method: string, path: string, body?: unknown): Promise<T> {
    const answer = await fetch(`${this.service.url}/api/v1${path}`, {
      method,
      headers: { authorization: `Bearer ${TOKEN}`, "content-type": "application/json" },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    if (!answer.ok) throw new Error(`${method} ${path} answered ${answer.status} ${await answer.text()}`);
    return (await answer.json()) as T;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#receivers.map((receiver) => receiver[Symbol.asyncDispose]()));
    await this.service.end();
  }
}
