/**
 * A client of the public API, with and without the admin token.
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
  reallyMinor?: boolean;
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

export interface CreatedSubscription {
  id: string;
  status: string;
  secret: string;
  token: string;
}

/** A release with a fresh id and typical fields. */
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

export class ApiClient {
  readonly #service: URL;
  readonly #adminToken: string;

  constructor(service: URL, adminToken: string) {
    this.#service = service;
    this.#adminToken = adminToken;
  }

  /** @throws {Error} on a status other than 2xx, or without an answer; then the outcome is unknown */
  async publish(release: Release): Promise<PublishAnswer> {
    return (await this.#call(
      "PUT",
      `/api/v1/releases/${release.id}`,
      this.#adminToken,
      release,
    )) as PublishAnswer;
  }

  /** Publishes all of the releases in one transaction. */
  async publishBatch(releases: readonly Release[]): Promise<PublishAnswer[]> {
    const answer = await this.#call("POST", "/api/v1/releases", this.#adminToken, { releases });
    return (answer as { data: PublishAnswer[] }).data;
  }

  /** The release stays readable, under a banner with the reason. */
  async withdraw({ id }: Release, reason: string): Promise<void> {
    await this.#call("POST", `/api/v1/releases/${id}/withdraw`, this.#adminToken, { reason });
  }

  /** Only the id, the dates and the reason remain public. */
  async kill({ id }: Release, reason: string): Promise<void> {
    await this.#call("POST", `/api/v1/releases/${id}/kill`, this.#adminToken, { reason });
  }

  /** @param registry in the shape of content/registry.yaml */
  async putRegistry(registry: object): Promise<void> {
    await this.#call("PUT", "/api/v1/registry", this.#adminToken, registry);
  }

  async subscribe(url: string): Promise<CreatedSubscription> {
    return (await this.#call("POST", "/api/v1/subscriptions", undefined, { url })) as CreatedSubscription;
  }

  /** Creates a subscription that is active at once, because the admin skips verification. */
  async subscribeUnverified(url: string): Promise<CreatedSubscription> {
    const body = { url, verify: false };
    return (await this.#call("POST", "/api/v1/subscriptions", this.#adminToken, body)) as CreatedSubscription;
  }

  /** The id of the event with this sequence. */
  async eventId(sequence: number): Promise<string> {
    const page = await this.#call("GET", `/api/v1/events?after=${sequence - 1}&limit=1`, undefined);
    const [event] = (page as { data: { data: { id: string } }[] }).data;
    if (event === undefined) throw new Error(`event ${sequence} does not exist`);
    return event.data.id;
  }

  async subscription({ id, token }: CreatedSubscription): Promise<{ status: string }> {
    return (await this.#call("GET", `/api/v1/subscriptions/${id}`, token)) as { status: string };
  }

  /** How many subscriptions have a release, by state, over all pages. */
  async recipients({ id }: Release): Promise<Record<string, number>> {
    const counts: Record<string, number> = {};
    let query = "";
    for (;;) {
      const path = `/api/v1/releases/${id}/recipients${query}`;
      const page = (await this.#call("GET", path, this.#adminToken)) as {
        counts: Record<string, number>;
        next: string | null;
      };
      for (const [state, count] of Object.entries(page.counts)) counts[state] = (counts[state] ?? 0) + count;
      if (page.next === null) return counts;
      query = `?cursor=${page.next}`;
    }
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
