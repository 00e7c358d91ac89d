/**
 * The proof that an endpoint wants its deliveries: it is sent a challenge, and answers with it, or
 * somebody posts to the confirm URL that was sent along.
 */
import { deriveToken } from "../crypto/tokens.ts";
import { newsroom } from "../runtime/stubs.ts";
import type { Config } from "../config.ts";
import type { Outbox } from "./outbox.ts";
import { type Conflict, DUPLICATE, FORGOTTEN, refuse, type Subscription } from "./subscription.ts";
import type { SubscriptionState } from "./state.ts";
import type { StoredValues } from "../runtime/stored-values.ts";

interface HandshakeParts {
  env: Env;
  config: Config;
  store: StoredValues;
  outbox: Outbox;
  state: SubscriptionState;
}

export class Verification {
  readonly #parts: HandshakeParts;

  constructor(parts: HandshakeParts) {
    this.#parts = parts;
  }

  /** The URL that says yes for the endpoint, in the handshake that follows. */
  async nextConfirmUrl({ id, proof }: Pick<Subscription, "id" | "proof">): Promise<string> {
    const { env, config } = this.#parts;
    const number = proof.number + 1;
    const token = await deriveToken(env.SECRETS_KEY, "confirm", `${id}.${number}`);
    return `${config.site.baseUrl}/api/v1/subscriptions/${id}/confirm/${number}.${token}`;
  }

  /** Begins one, in place of any that is in progress. */
  start(confirmUrl: string): void {
    const { store, outbox, state } = this.#parts;
    store.atomically(() => {
      outbox.endVerification("failed", "the endpoint was asked anew");
      state.askForProof(confirmUrl);
    });
  }

  /**
   * The endpoint wants this, or somebody says so who may.
   *
   * @param number of the handshake
   * @returns undefined if it is as they say
   */
  async confirm(number: number): Promise<Conflict | undefined> {
    const { env, store, state } = this.#parts;
    const subscription = state.subscription();
    if (subscription === undefined) return undefined;
    const isThis = subscription.proof.number === number;
    if (subscription.status !== "pending" || !isThis) {
      if (isThis && subscription.isProved) return undefined;
      return refuse("This confirm URL is out of date. POST …/verify asks the endpoint anew.");
    }
    // First there: cut off in between, the endpoint is asked again, and nothing is lost.
    const activated = await newsroom(env).activate(subscription.id);
    const reason = { active: undefined, duplicate: DUPLICATE, unknown: FORGOTTEN }[activated];
    const present = state.subscription();
    if (present?.status === "pending" && present.proof.number === number) {
      store.atomically(() => {
        if (reason === undefined) state.activate();
        else state.disable(reason);
      });
    }
    return reason === undefined ? undefined : refuse(reason);
  }
}
