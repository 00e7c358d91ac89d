/**
 * Who is told of events: what the Newsroom knows of each subscription.
 */
import type { Sql } from "./metered-sql.ts";
import type { ReleaseEventType } from "../domain/event.ts";
import type { Filter } from "../domain/filter.ts";

export interface Registration {
  id: string;
  filter: Filter;
  events: readonly ReleaseEventType[];
}

export class Subscribers {
  readonly #sql: Sql;

  constructor(sql: Sql) {
    this.#sql = sql;
  }

  /** From now on events are its own, but it is told of none before {@link activate}. */
  register({ id, filter, events }: Registration, lastSequence: number): void {
    this.#sql.exec(
      `INSERT INTO subscriptions (id, filter, events, active, cursor, due_ms) VALUES (?, ?, ?, 0, ?, 0)
       ON CONFLICT (id) DO NOTHING`,
      id,
      JSON.stringify(filter),
      JSON.stringify(events),
      lastSequence,
    );
  }

  /** It has proved itself: it gets what has happened since it registered, then all that follows. */
  activate(id: string): void {
    this.#sql.exec("UPDATE subscriptions SET active = 1 WHERE id = ?", id);
  }

  remove(id: string): void {
    this.#sql.exec("DELETE FROM subscriptions WHERE id = ?", id);
  }
}
