/**
 * The releases of a trial: three at first, then a correction of one of them and a new one.
 */
import { newRelease, ApiClient, type Release } from "../../chaos/api-client.ts";
import { pollUntil } from "../../chaos/poll-until.ts";
import type { ServiceProcess } from "../../chaos/service-process.ts";
import { FORMATS } from "./real-reader.ts";

/** In milliseconds. Lists are written once a second and cached for half a second. */
const SHOWN_WITHIN_MS = 15_000;

/** What a reader must have of a release. */
export interface Expected {
  id: string;
  title: string;
  link: string;
  /** Words from the start and from the end of the text. */
  words: string;
  lastWords: string;
}

const LAST_WORDS = "The next session is to be held in Yerevan.";

export class TrialReleases {
  readonly #service: ServiceProcess;
  readonly #api: ApiClient;
  readonly #first = [
    release("The session of the Council was held", "2020-12-01", "December 1"),
    release("“Q&A”: is 1 < 2?", "2020-12-02", "December 2"),
    release("ՀԱՊԿ արտաքին գործերի նախարարների խորհրդի նիստը", "2020-12-03", "December 3", "hy"),
  ] as const;
  readonly #corrected: Release = {
    ...this.#first[0],
    title: "The session of the Council was held on November 30",
    body: body("November 30"),
    change: "major",
    note: "Corrected the date of the session",
  };
  readonly #added = release("The Council has a new chairman", "2020-12-04", "December 4");

  constructor(service: ServiceProcess, adminToken: string) {
    this.#service = service;
    this.#api = new ApiClient(service.url, adminToken);
  }

  get before(): Expected[] {
    return this.#first.map((release) => this.#expected(release));
  }

  get corrected(): Expected {
    return this.#expected(this.#corrected);
  }

  get added(): Expected {
    return this.#expected(this.#added);
  }

  /** Resolves when every feed contains the releases. */
  async publishFirst(): Promise<void> {
    await this.#api.publishBatch(this.#first);
    await this.#waitForFeeds(this.#first);
  }

  async correctAndAdd(): Promise<void> {
    await this.#api.publish(this.#corrected);
    await this.#api.publish(this.#added);
    await this.#waitForFeeds([this.#corrected, this.#added]);
  }

  async #waitForFeeds(releases: readonly Release[]): Promise<void> {
    for (const format of FORMATS) {
      await pollUntil(`the ${format} feed contains the releases`, SHOWN_WITHIN_MS, async () => {
        const feed = await (await fetch(new URL(`/feed.${format}`, this.#service.url))).text();
        const isShown = releases.every(({ id, body }) => {
          const [words = ""] = body.split(",");
          return feed.includes(`urn:uuid:${id}`) && feed.includes(words);
        });
        return isShown || undefined;
      });
    }
  }

  #expected({ id, lang, slug, title, body }: Release): Expected {
    return {
      id: `urn:uuid:${id}`,
      title,
      link: `${this.#service.url.origin}/${lang}/releases/${slug}`,
      words: body.split(",")[0] ?? "",
      lastWords: LAST_WORDS,
    };
  }
}

function release(title: string, date: string, day: string, lang = "en"): Release {
  return newRelease(title, { date, lang, body: body(day) });
}

/** A text longer than its generated summary. */
function body(day: string): string {
  return [
    `On ${day}, the ministers discussed the agenda of the Organisation at length, among it its budget, its staff, its seat and the many letters that it had received over the year.`,
    "The sides signed the document.",
    LAST_WORDS,
  ].join("\n\n");
}
