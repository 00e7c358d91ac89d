/**
 * The known secrets of one subscription, each with the bounds of the time in which it signs. A rotation
 * without an answer may have created an unknown one.
 */
import { Webhook } from "standardwebhooks";
import type { Arrival } from "./endpoint-file.ts";

/** Bounds of a moment, in milliseconds since 1970. */
interface Moment {
  earliest: number;
  latest: number;
}

interface KnownSecret {
  /** Undefined if the answer was lost. */
  secret: string | undefined;
  from: Moment;
  until: Moment;
}

const NEVER: Moment = { earliest: Infinity, latest: Infinity };
/** Upper bound, in milliseconds, between the choice of secrets for an attempt and its timestamp. */
const SLACK_MS = 2_000;
/** The service's limit of secrets that sign at the same time. */
const LIVE_MAX = 5;

export class KnownSecrets {
  /** Newest first. */
  #secrets: KnownSecret[];

  constructor(secret: string, atMs: number) {
    this.#secrets = [{ secret, from: { earliest: 0, latest: atMs }, until: NEVER }];
  }

  /** Whether the newest secret is known. If not, rotate again before the old one ends. */
  get isNewestKnown(): boolean {
    return this.#secrets[0]?.secret !== undefined;
  }

  /** @param secret undefined if the answer was lost; the rotation then happened or not, at an unknown time */
  recordRotation(
    secret: string | undefined,
    overlapMs: number,
    requestedMs: number,
    answeredMs: number,
  ): void {
    const ended = this.#secrets.map((known) => ({
      ...known,
      until: {
        earliest: Math.min(known.until.earliest, requestedMs + overlapMs),
        latest: Math.min(known.until.latest, secret === undefined ? Infinity : answeredMs + overlapMs),
      },
    }));
    const from = { earliest: requestedMs, latest: secret === undefined ? Infinity : answeredMs };
    this.#secrets = [{ secret, from, until: NEVER }, ...ended];
  }

  /** The violation in the signatures of a request, or undefined. */
  issueIn(arrival: Arrival): string | undefined {
    const signatures = (arrival.headers["webhook-signature"] ?? "")
      .split(" ")
      .filter((signature) => signature.startsWith("v1,"));
    // Bounds of the time at which the service chose the secrets.
    const chosen = {
      earliest: Number(arrival.headers["webhook-timestamp"]) * 1000 - SLACK_MS,
      latest: arrival.atMs,
    };
    let verified = 0;
    let unknown = 0;
    for (const [index, { secret, from, until }] of this.#secrets.entries()) {
      const isPossible = from.earliest <= chosen.latest && until.latest >= chosen.earliest;
      if (secret === undefined) {
        unknown += isPossible ? 1 : 0;
        continue;
      }
      const isCertain = from.latest <= chosen.earliest && until.earliest > chosen.latest && index < LIVE_MAX;
      const isSigned = verifies(secret, arrival);
      if (isSigned) verified += 1;
      if (isCertain && !isSigned) return `secret ${index} should sign, but does not`;
      if (!isPossible && isSigned) return `secret ${index} signs, but should not`;
    }
    if (verified === 0) return "no known secret verifies";
    return signatures.length > verified + unknown
      ? `${signatures.length} signatures, ${verified} verified`
      : undefined;
  }
}

function verifies(secret: string, { body, headers }: Arrival): boolean {
  try {
    new Webhook(secret).verify(body, headers);
    return true;
  } catch {
    return false;
  }
}
