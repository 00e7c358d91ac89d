/**
 * A Subscriber: one subscription with its secret, its outbox and its attempts. Deliveries start as
 * soon as they are put in; an alarm finds those that wait for their time, and those whose attempt
 * died with this object.
 */
import { DurableObject } from "cloudflare:workers";
import { type ControlEvent, controlEventBody, type Handed, releaseEventBody } from "../domain/event.ts";
import { deriveToken, seal } from "../keys.ts";
import { IN_HAND_CHECK_MS } from "../limits.ts";
import { newsroom } from "../objects.ts";
import { settingsOf } from "../settings.ts";
import { Attempts } from "./attempts.ts";
import { type Attempt, type Delivery, Outbox, type Sendable } from "./outbox.ts";
import { type Subscription, type SubscriptionInput, type SubscriptionView, viewOf } from "./subscription.ts";

export class Subscriber extends DurableObject<Env> {
  /** Milliseconds since 1970; tests move it. */
  clock: () => number = () => Date.now();

  readonly #outbox: Outbox;
  readonly #attempts: Attempts;

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    this.#outbox = new Outbox(ctx.storage.sql);
    this.#attempts = new Attempts({
      storage: ctx.storage,
      outbox: this.#outbox,
      settings: settingsOf(env),
      secretsKey: env.SECRETS_KEY,
      now: () => this.clock(),
      subscription: () => this.#subscription(),
      disable: (reason) => this.#update({ status: "disabled", reason }),
      proved: () => this.confirm(),
      ended: () => this.#workOn(),
    });
  }

  /** Makes the subscription and, unless its proof is waived, asks the endpoint for it. */
  async create(id: string, input: SubscriptionInput, secret: string): Promise<SubscriptionView> {
    const { verify, ...asked } = input;
    const subscription: Subscription = {
      ...asked,
      id,
      status: "pending",
      createdMs: this.clock(),
      sealedSecret: await seal(this.env.SECRETS_KEY, secret),
      challenge: crypto.getRandomValues(new Uint8Array(24)).toBase64({ alphabet: "base64url" }),
    };
    const token = await deriveToken(this.env.SECRETS_KEY, "confirm", id);
    const confirm = `${settingsOf(this.env).site.baseUrl}/api/v1/subscriptions/${id}/confirm/${token}`;
    this.ctx.storage.transactionSync(() => {
      this.#outbox.createTables();
      this.ctx.storage.kv.put("subscription", subscription);
      if (verify)
        this.#addControl({ type: "subscription.verify", challenge: subscription.challenge, confirm });
    });
    if (!verify) await this.confirm();
    await this.#workOn();
    return viewOf(this.#subscription() ?? subscription);
  }

  /** Null when there is no such subscription. */
  async view(): Promise<SubscriptionView | null> {
    const subscription = this.#subscription();
    return subscription ? viewOf(subscription) : null;
  }

  /** Ends the subscription; attempts in flight leave no trace. */
  async remove(): Promise<void> {
    await this.ctx.storage.deleteAlarm();
    await this.ctx.storage.deleteAll();
  }

  /** Takes events to deliver; each once, however often it is handed over. */
  async enqueue(events: Handed[]): Promise<void> {
    const subscription = this.#subscription();
    if (subscription === undefined) return; // deleted while this was on its way
    this.ctx.storage.transactionSync(() => {
      for (const { event, asked } of events) {
        if (!asked && !this.#outbox.wasTold(event.release.id)) continue;
        // What is still held of a killed text is not sent any more: the kill goes in its place.
        if (event.type === "release.killed") this.#outbox.replace(event.release.id, event.sequence);
        this.#outbox.add(
          {
            event: event.id,
            type: event.type,
            sequence: event.sequence,
            release: event.release.id,
            body: releaseEventBody(event, subscription.content),
          },
          this.clock(),
        );
      }
    });
    await this.#workOn();
  }

  /** The endpoint, or somebody who holds its confirm URL, wants this. False if there is no such subscription. */
  async confirm(): Promise<boolean> {
    const subscription = this.#subscription();
    if (subscription === undefined) return false;
    if (subscription.status === "pending") {
      // First there: cut off in between, the endpoint is asked again, and nothing is lost.
      await newsroom(this.env).activate(subscription.id);
      this.ctx.storage.transactionSync(() => {
        this.#update({ status: "active" });
        this.#outbox.endVerification();
      });
      await this.#workOn();
    }
    return true;
  }

  /** Sends a signed test event (`test` itself is a name that RPC keeps); null when the subscription is not active. */
  async sendTest(): Promise<{ event: string } | null> {
    const subscription = this.#subscription();
    if (subscription?.status !== "active") return null;
    const event = this.#addControl({ type: "subscription.test", subscription: subscription.id });
    await this.#workOn();
    return { event };
  }

  async deliveries(
    limit: number,
    before?: number,
  ): Promise<{ deliveries: Delivery[]; next: number | null } | null> {
    return this.#subscription() ? this.#outbox.list(limit, before) : null;
  }

  async delivery(event: string): Promise<{ delivery: Delivery; attempts: Attempt[] } | null> {
    return this.#subscription() ? (this.#outbox.get(event) ?? null) : null;
  }

  /** Resolves when no attempt is in flight. */
  async idle(): Promise<void> {
    await this.#attempts.idle();
  }

  override async alarm(): Promise<void> {
    await this.#workOn();
  }

  /** Starts what may be tried now, and sets the alarm for the rest. */
  async #workOn(): Promise<void> {
    const subscription = this.#subscription();
    if (subscription === undefined) return;
    const which = sendable(subscription);
    this.#attempts.start(this.#outbox.due(which, Attempts.CANDIDATES, this.clock()));
    await this.#setAlarm(which);
  }

  #addControl(
    event:
      | { type: "subscription.verify"; challenge: string; confirm: string }
      | { type: "subscription.test"; subscription: string },
  ): string {
    const id = `evt_${crypto.randomUUID().replaceAll("-", "")}`;
    const whole: ControlEvent = { ...event, id, at: Math.floor(this.clock() / 1000) };
    this.#outbox.add(
      { event: id, type: event.type, sequence: null, release: null, body: controlEventBody(whole) },
      this.clock(),
    );
    return id;
  }

  async #setAlarm(which: Sendable): Promise<void> {
    const nowMs = this.clock();
    const due = this.#outbox.nextDueMs(which);
    if (due === undefined) return;
    // What is due now is in hand, and looked at again only if this object dies with it.
    const next = due > nowMs ? due : nowMs + IN_HAND_CHECK_MS;
    const present = await this.ctx.storage.getAlarm();
    if (present === null || present > next) await this.ctx.storage.setAlarm(next);
  }

  #subscription(): Subscription | undefined {
    return this.ctx.storage.kv.get<Subscription>("subscription");
  }

  #update(fields: Partial<Subscription>): void {
    const present = this.#subscription();
    if (present) this.ctx.storage.kv.put("subscription", { ...present, ...fields });
  }
}

function sendable({ status }: Subscription): Sendable {
  switch (status) {
    case "active":
      return "everything";
    case "pending":
      return "verification";
    case "disabled":
      return "nothing";
  }
}
