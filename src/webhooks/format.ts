/**
 * What a format decides about deliveries: the body, its signature, and what an answer means. Each format is one file of
 * `formats/`, and `payload.ts` names them all.
 */
import type { ControlEvent, ReleaseEvent } from "../domain/event.ts";
import type { Site } from "../domain/site.ts";
import type { Content, Shape } from "../domain/subscription.ts";

export interface Format {
  /** Content-Type of the body. */
  contentType: string;
  /**
   * Whether the endpoint must prove that it wants deliveries before it gets any. It need not where only its owner can
   * know the URL.
   */
  needsVerification: boolean;
  /** Whether the URL is a secret: then it is sealed, and nobody is shown more than its host. */
  hasSecretUrl?: true;
  /** Says why a public URL does not suit this format; undefined if it does. Left out: every public URL does. */
  reasonAgainstUrl?: (url: URL) => string | undefined;
  /** The least time in milliseconds between two deliveries, which then go one at a time. */
  spacingMs?: number;
  /** The ways in which an endpoint may want the body, the usual one first: a test tries all of them. */
  shapes?: readonly Shape[];
  /** The body for an event of a release. The site words what a body says in the language of the release. */
  releaseBody: (event: ReleaseEvent, content: Content, site: Site) => string;
  /** The body for an event of the subscription itself. It has no language, so it takes the first of the site. */
  controlBody: (event: ControlEvent, site: Site) => string;
  /**
   * The bytes to send, from the body that was stored.
   *
   * @param sending `attempt`: 1 for the first of this run of the schedule
   */
  finish?: (body: string, sending: { attempt: number; shape: Shape | undefined }) => string;
  /** The headers by which the endpoint knows that the service sent a delivery. Left out: nothing is signed. */
  sign?: (delivery: SignedDelivery) => Promise<Record<string, string>>;
  answers: AnswerRules;
}

/** What a signature may cover. */
export interface SignedDelivery {
  /** The event's id: the same on every attempt and for every subscription. */
  eventId: string;
  eventType: string;
  /** The exact bytes that are sent. */
  body: string;
  /** Every valid secret, `whsec_…`, newest first. */
  secrets: readonly string[];
  /** The service's Ed25519 keys, if the subscription asks for them: each returns a signature in base64. */
  signers: readonly ((text: string) => Promise<string>)[];
  /** HMAC in hexadecimal digits; the key is text. */
  hmac: (hash: "SHA-1" | "SHA-256" | "SHA-384" | "SHA-512", key: string, text: string) => Promise<string>;
  /** The time of this attempt, in milliseconds since 1970. */
  atMs: number;
}

/** What the answers of an endpoint mean, beside 2xx (success) and Retry-After. */
export interface AnswerRules {
  /** The statuses by which an endpoint ends its subscription. */
  finalStatuses: readonly number[];
  /** What such an answer asks of the owner. */
  remedy?: string;
  /** The endpoint's own word for what is wrong, out of the answer's body. */
  faultIn?: ((answer: string) => string | undefined) | undefined;
  /** Retry-After, where the answer's body has it. */
  retryAfter?: ((answer: string) => string | null) | undefined;
}
