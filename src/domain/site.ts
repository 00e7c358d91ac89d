/**
 * What pages, feeds and the ledger know of the site: its address, names, languages and time zone.
 */
export interface Site {
  /** Absolute, without a slash at the end. */
  baseUrl: string;
  title: string;
  /** The office that publishes: author of every release. */
  publisher: string;
  /** BCP 47; the first is the default. */
  languages: readonly string[];
  /** IANA name. Decides on which day an instant falls. */
  timeZone: string;
}
