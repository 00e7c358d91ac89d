/**
 * A small press office with every kind of page: translations, a correction, a withdrawal, a kill, a file, and more
 * releases than one page holds.
 */
import { createHash, randomUUID } from "node:crypto";
import { pollUntil } from "../chaos/poll-until.ts";
import { BuiltService } from "../built/built-service.ts";

export const ADMIN_TOKEN = "pages-admin-token-0123456789-0123456789-abcdefg";
const PDF = Buffer.from(`%PDF-1.4\n${"% fill\n".repeat(170_000)}%%EOF\n`);

type Fields = Record<string, unknown>;

/** The paths of pages, by kind. */
export const PAGES = {
  everything: "/",
  home: "/en",
  "Arabic home": "/ar",
  topic: "/en/topics/energy",
  "index of topics": "/en/topics",
  "index of people": "/en/people",
  "empty index": "/ar/places",
  search: "/en?q=summit",
  "narrowed list": "/en?topic=energy&topic=trade&from=2020-01-01&not.type=qa",
  "empty search": "/en?q=nothing",
  year: "/en?from=2020-01-01&to=2020-12-31",
  archive: "/en/archive/1",
  release: "/en/releases/summit",
  "Armenian release": "/hy/releases/summit",
  "Arabic release": "/ar/releases/summit",
  history: "/en/releases/summit/history",
  "withdrawn release": "/en/releases/withdrawn",
  "sibling of a withdrawn release": "/hy/releases/withdrawn",
  "killed release": "/en/releases/killed",
  feeds: "/feeds",
  subscribe: "/subscribe?lang=en&topic=energy",
  "subscribe in Arabic": "/subscribe?ui=ar&topic=energy",
  "nothing there": "/en/releases/none",
  "malformed address": "/en?from=yesterday",
} as const;

export class PressOffice implements AsyncDisposable {
  readonly url: URL;
  readonly #service: BuiltService;

  private constructor(service: BuiltService) {
    this.#service = service;
    this.url = service.url;
  }

  static async open(): Promise<PressOffice> {
    const service = await BuiltService.start({
      ADMIN_TOKEN,
      SECRETS_KEY: "cGFnZXMtc2VjcmV0cy1rZXktb2YtZW5vdWdoLWJ5dGVzLTAxMjM=",
      LANGUAGES: "en,hy,ar",
      TITLE: "Ministry of Examples",
      // Short lists: the judges read each page whole.
      FEED_ITEMS: "15",
    });
    const office = new PressOffice(service);
    await office.#fill();
    return office;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#service[Symbol.asyncDispose]();
  }

  async #fill(): Promise<void> {
    const logo = await this.#file("logo.svg", Buffer.from(LOGO));
    const report = await this.#file("report.pdf", PDF);
    await this.#send("PUT", "/api/v1/site", { ...SITE, logo });
    await this.#send("PUT", "/api/v1/registry", REGISTRY);
    await this.#publishMany();
    const summit = {
      slug: "summit",
      group: "summit",
      date: "2020-11-30T10:00:00Z",
      topics: ["energy"],
      people: ["ara"],
      places: ["yerevan"],
    };
    const english = { ...summit, id: randomUUID(), title: "Statement on the summit", body: BODY };
    await this.publish({ ...english, attachments: [{ file: report, title: "The report" }] });
    await this.publish({ ...summit, lang: "hy", title: "Հայտարարություն գագաթնաժողովի մասին" });
    await this.publish({ ...summit, lang: "ar", title: "بيان بشأن القمة" });
    const attachments = [{ file: report, title: "The report" }];
    const corrected = {
      attachments,
      body: `${BODY}\n\nIt ends on Friday.`,
      change: "major",
      note: "The end",
    };
    await this.publish({ ...english, ...corrected });
    const withdrawn = { slug: "withdrawn", group: "withdrawn", title: "A text that was wrong" };
    const { id } = await this.publish(withdrawn);
    await this.publish({ ...withdrawn, lang: "hy", title: "Սխալ տեքստ" });
    await this.#send("POST", `/api/v1/releases/${id}/withdraw`, { reason: "The figures were wrong." });
    const killed = await this.publish({ slug: "killed" });
    await this.#send("POST", `/api/v1/releases/${killed.id}/kill`, { reason: "Published by mistake." });
    await pollUntil("the kill reaches its page", 30_000, async () =>
      (await fetch(new URL("/en/releases/killed", this.url))).status === 410 ? true : undefined,
    );
    await pollUntil("the withdrawal reaches its sibling", 30_000, async () =>
      (await (await fetch(new URL("/hy/releases/withdrawn", this.url))).text()).includes(
        "/en/releases/withdrawn",
      )
        ? true
        : undefined,
    );
  }

  async #publishMany(): Promise<void> {
    const releases = Array.from({ length: 60 }, (_, index) => {
      const year = 2019 + (index % 2);
      const date = `${year}-01-${String(1 + (index % 28)).padStart(2, "0")}`;
      return filled({ date, topics: [index % 2 === 0 ? "energy" : "trade"], slug: `text-${index}` });
    });
    await this.#send("POST", "/api/v1/releases", { releases });
  }

  /** Publishes a release, English unless the fields say otherwise. */
  async publish(fields: Fields): Promise<{ id: string }> {
    const release = filled(fields);
    await this.#send("PUT", `/api/v1/releases/${release.id}`, release);
    return release;
  }

  async #file(name: string, bytes: Buffer<ArrayBuffer>): Promise<string> {
    const sha256 = createHash("sha256").update(bytes).digest("hex");
    await this.#send("PUT", `/api/v1/files/${sha256}`, bytes);
    return `${sha256}/${name}`;
  }

  async #send(method: string, path: string, body: Fields | Uint8Array<ArrayBuffer>): Promise<void> {
    const isFile = body instanceof Uint8Array;
    const response = await fetch(new URL(path, this.url), {
      method,
      headers: {
        authorization: `Bearer ${ADMIN_TOKEN}`,
        ...(isFile ? {} : { "content-type": "application/json" }),
      },
      body: isFile ? body : JSON.stringify(body),
    });
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
  }
}

function filled(fields: Fields): Fields & { id: string } {
  const id = randomUUID();
  return {
    id,
    lang: "en",
    slug: `text-${id.slice(0, 8)}`,
    type: "statement",
    title: "Statement of the Ministry",
    date: "2020-11-30",
    body: "The Ministry notes that the work goes on.",
    ...fields,
  };
}

const named = (slug: string, en: string, hy: string, ar: string) => ({ slug, names: { en, hy, ar } });
const REGISTRY = {
  types: [],
  topics: [named("energy", "Energy", "Էներգետիկա", "الطاقة"), named("trade", "Trade", "Առևտուր", "التجارة")],
  people: [{ ...named("ara", "Ara Aivazian", "Արա Այվազյան", "آرا أيوازيان"), role: { en: "Minister" } }],
  organisations: [named("council", "The Council", "Խորհուրդը", "المجلس")],
  places: [named("yerevan", "Yerevan", "Երևան", "يريفان")],
};

const SITE = {
  title: { en: "Ministry of Examples", hy: "Օրինակների նախարարություն", ar: "وزارة الأمثلة" },
  description: "Statements and speeches.",
  colour: "#0b3d6f",
  contact: { name: "Press office", email: "press@ministry.example", phone: "+374 10 000 000" },
  links: [{ text: "Imprint", url: "https://ministry.example/imprint" }],
};

const LOGO =
  '<svg xmlns="http://www.w3.org/2000/svg" width="96" height="96"><rect width="96" height="96" fill="#0b3d6f"/></svg>';

const BODY = `The summit takes place in Yerevan.

## Agenda

- energy
- trade

| Day | Time |
| --- | --- |
| Monday | 10:00 |

> We shall speak plainly.

[The programme](https://ministry.example/programme) is public.`;
