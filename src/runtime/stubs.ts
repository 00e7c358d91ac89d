/**
 * The Durable Objects by name.
 */
import type { Newsroom } from "../newsroom/newsroom.ts";
import type { Subscriber } from "../subscriber/subscriber.ts";

/** The one Newsroom. */
export function newsroom(env: Env): DurableObjectStub<Newsroom> {
  return env.NEWSROOM.getByName("newsroom");
}

/** The object of one subscription. */
export function subscriber(env: Env, id: string): DurableObjectStub<Subscriber> {
  return env.SUBSCRIBER.getByName(id);
}
