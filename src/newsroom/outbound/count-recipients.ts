/**
 * How many subscriptions an event goes to: said before a correction is published, and after it.
 */
import { matches } from "../../domain/filter.ts";
import { all, type Sql } from "../../runtime/sql.ts";
import { readTermsOfSequences } from "../store/events.ts";
import { type PreferencesRow, toPreferences } from "./event-window.ts";

/** The active subscriptions that ask for an event, by type and filter. */
export function countRecipients(sql: Sql, sequence: number): number {
  const [event] = readTermsOfSequences(sql, [sequence]);
  if (event === undefined) return 0;
  const query = "SELECT format, content, filter, events FROM subscriptions WHERE active = 1";
  return all<PreferencesRow>(sql, query).filter((row) => {
    const { types, filter } = toPreferences(row);
    return types.includes(event.type) && matches(filter, event.terms);
  }).length;
}
