/**
 * The office that publishes, and the desk that subscribes, over the public API.
 */
import { randomUUID } from "node:crypto";

export interface Release {
  id: string;
  lang: string;
  slug: string;
  type: string;
  title: string;
  date: string;
  body: string;
  change?: "major" | "minor";
  note?: string;
  embargo?: string;
  group?: string;
  summary?: string;
  source?: string;
  topics?: string[];
  image?: { url: string; alt: string; credit?: string; caption?: string };
  attachments?: { url: string; type: string; title?: string; size?: number }[];
}

export interface PublishAnswer {
  id: string;
  edition: number;
  sequence: number | null;
  status: string;
}

export interface Subscription {
  id: string;
  status: string;
  secret: string;
  token: string;
}

/** A text as an office might send it, with a name of its own. */
export function newRelease(title: string, fields: Partial<Release> = {}): Release {
  const id = randomUUID();
  return {
    id,
    lang: "en",
    slug: `release-${id}`,
    type: "press-release",
    title,
    date: "2020-12-01",
    body: "On December 1, the online session of the Council was held.\n\nThe sides signed the document.",
    ...fields,
  };
}

export class PressOffice {
  readonly #service: URL;
  readonly #adminToken: string;

  constructor(service: URL, adminToken: string) {
    this.#service = service;
    this.#adminToken = adminToken;
  }

  /** @throws {Error} if it is refused or breaks off: then nothing is known about it */
  async publish(release: Release): Promise<PublishAnswer> {
    return (await this.#call(
      "PUT",
      `/api/v1/releases/${release.id}`,
      this.#adminToken,
      release,
    )) as PublishAnswer;
  }

  /** All of them or none. */
  async publishTogether(releases: readonly Release[]): Promise<PublishAnswer[]> {
    const answer = await this.#call("POST", "/api/v1/releases", this.#adminToken, { releases });
    return (answer as { data: PublishAnswer[] }).data;
  }

  /** Readable as before, under a banner with the reason. */
  async withdraw({ id }: Release, reason: string): Promise<void> {
    await this.#call("POST", `/api/v1/releases/${id}/withdraw`, this.#adminToken, { reason });
  }

  /** Only its id, its dates and the reason remain. */
  async kill({ id }: Release, reason: string): Promise<void> {
    await this.#call("POST", `/api/v1/releases/${id}/kill`, this.#adminToken, { reason });
  }

  /** @param registry as content/registry.yaml has it */
  async keepRegistry(registry: object): Promise<void> {
    await this.#call("PUT", "/api/v1/registry", this.#adminToken, registry);
  }

  async subscribe(url: string): Promise<Subscription> {
    return (await this.#call("POST", "/api/v1/subscriptions", undefined, { url })) as Subscription;
  }

  /** Active at once: the office vouches for the endpoint. */
  async subscribeUnasked(url: string): Promise<Subscription> {
    const asked = { url, verify: false };
    return (await this.#call("POST", "/api/v1/subscriptions", this.#adminToken, asked)) as Subscription;
  }

  /** The id of the event with this sequence. */
  async eventId(sequence: number): Promise<string> {
    const page = await this.#call("GET", `/api/v1/events?after=${sequence - 1}&limit=1`, undefined);
    const [event] = (page as { data: { data: { id: string } }[] }).data;
    if (event === undefined) throw new Error(`there is no event ${sequence}`);
    return event.data.id;
  }

  async subscription({ id, token }: Subscription): Promise<{ status: string }> {
    return (await this.#call("GET", `/api/v1/subscriptions/${id}`, token)) as { status: string };
  }

  async #call(method: string, path: string, token: string | undefined, body?: unknown): Promise<unknown> {
    const response = await fetch(new URL(path, this.#service), {
      method,
      headers: {
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        ...(body === undefined ? {} : { "content-type": "application/json" }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
    return response.status === 204 ? undefined : response.json();
  }
}
