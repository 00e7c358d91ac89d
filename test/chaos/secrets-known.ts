/**
 * The secrets of one subscription as its desk knows them: each with the time between which and which it
 * came to sign and ceased to. A rotation that broke off may have made one that nobody knows.
 */
import { Webhook } from "standardwebhooks";
import type { Arrival } from "./receiver-file.ts";

/** Milliseconds since 1970, at the earliest and at the latest. */
interface Moment {
  earliest: number;
  latest: number;
}

interface KnownSecret {
  /** Undefined where its answer was lost, if there was any. */
  secret: string | undefined;
  from: Moment;
  until: Moment;
}

const NEVER: Moment = { earliest: Infinity, latest: Infinity };
/** Milliseconds between choosing the secrets of an attempt and its timestamp, at the most. */
const SLACK_MS = 2_000;
/** Secrets that sign at the same time: the service's own limit. */
const LIVE_MAX = 5;

export class KnownSecrets {
  /** Newest first. */
  #secrets: KnownSecret[];

  constructor(secret: string, atMs: number) {
    this.#secrets = [{ secret, from: { earliest: 0, latest: atMs }, until: NEVER }];
  }

  /** Whether the newest is known: if not, its desk must rotate again before the old one ends. */
  get isSure(): boolean {
    return this.#secrets[0]?.secret !== undefined;
  }

  /** @param secret undefined if the answer was lost: then it was done or not, any time in between */
  rotated(secret: string | undefined, overlapMs: number, askedMs: number, answeredMs: number): void {
    const ended = this.#secrets.map((known) => ({
      ...known,
      until: {
        earliest: Math.min(known.until.earliest, askedMs + overlapMs),
        latest: Math.min(known.until.latest, secret === undefined ? Infinity : answeredMs + overlapMs),
      },
    }));
    const from = { earliest: askedMs, latest: secret === undefined ? Infinity : answeredMs };
    this.#secrets = [{ secret, from, until: NEVER }, ...ended];
  }

  /** What is wrong with the signatures of a request; undefined if nothing is. */
  faultOf(arrival: Arrival): string | undefined {
    const given = (arrival.headers["webhook-signature"] ?? "")
      .split(" ")
      .filter((one) => one.startsWith("v1,"));
    // By when its secrets were chosen, at the earliest and at the latest.
    const chosen = {
      earliest: Number(arrival.headers["webhook-timestamp"]) * 1000 - SLACK_MS,
      latest: arrival.atMs,
    };
    let verified = 0;
    let unknown = 0;
    for (const [newer, { secret, from, until }] of this.#secrets.entries()) {
      const isPossible = from.earliest <= chosen.latest && until.latest >= chosen.earliest;
      if (secret === undefined) {
        unknown += isPossible ? 1 : 0;
        continue;
      }
      const isCertain = from.latest <= chosen.earliest && until.earliest > chosen.latest && newer < LIVE_MAX;
      const isThere = verifies(secret, arrival);
      if (isThere) verified += 1;
      if (isCertain && !isThere) return `secret ${newer} does not sign, and should`;
      if (!isPossible && isThere) return `secret ${newer} signs, and should not`;
    }
    if (verified === 0) return "no known secret signs";
    return given.length > verified + unknown ? `${given.length} signatures, ${verified} verified` : undefined;
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
