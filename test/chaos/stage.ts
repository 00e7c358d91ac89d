/**
 * What every scenario starts from: a running service; a receiver with its subscription, proved; and
 * a first release, so that each feed is in KV, and reading it wakes no object.
 */
import { randomBytes } from "node:crypto";
import type { Build } from "../built/on-workerd.ts";
import { polled } from "./polled.ts";
import { newRelease, PressOffice, type Subscription } from "./press-office.ts";
import { Receiver } from "./receiver.ts";
import { ServiceProcess } from "./service-process.ts";
import { untilShown } from "./shown-releases.ts";
import { RECOVERED_WITHIN_MS } from "./waiting-times.ts";

/** Seconds before each attempt, as RETRY_SCHEDULE has them: the next one is never far. */
const SCHEDULE = "0,1,1,1,1,1,1,1";
const ADMIN_TOKEN = randomBytes(24).toString("base64url");

export class Stage implements AsyncDisposable {
  readonly service: ServiceProcess;
  readonly receiver: Receiver;
  readonly office: PressOffice;
  readonly subscription: Subscription;

  private constructor(
    service: ServiceProcess,
    receiver: Receiver,
    office: PressOffice,
    subscription: Subscription,
  ) {
    this.service = service;
    this.receiver = receiver;
    this.office = office;
    this.subscription = subscription;
  }

  /** @param build what is run on workerd alone; `wrangler dev` is run if none is given */
  static async set(build?: Build): Promise<Stage> {
    await using parts = new AsyncDisposableStack();
    const service = parts.use(
      await ServiceProcess.start(
        {
          ADMIN_TOKEN,
          SECRETS_KEY: randomBytes(32).toString("base64"),
          RETRY_SCHEDULE: SCHEDULE,
          FEED_ITEMS: "1000",
        },
        build,
      ),
    );
    const receiver = parts.use(await Receiver.open());
    const office = new PressOffice(service.url, ADMIN_TOKEN);
    const subscription = await subscribed(office, receiver);
    const first = newRelease("The first");
    await office.publish(first);
    await untilShown(service.url, new Map([[first.id, first.title]]));
    parts.move();
    return new Stage(service, receiver, office, subscription);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([this.service[Symbol.asyncDispose](), this.receiver[Symbol.asyncDispose]()]);
  }
}

/** Subscribes a receiver; back when it has proved itself. */
export async function subscribed(office: PressOffice, receiver: Receiver): Promise<Subscription> {
  const subscription = await office.subscribe(receiver.url);
  receiver.trust(subscription.secret);
  await polled("the subscription is active", RECOVERED_WITHIN_MS, async () =>
    (await office.subscription(subscription)).status === "active" ? true : undefined,
  );
  return subscription;
}
