/**
 * A running service with every kind of release in every list, and its documents after all changes.
 */
import { setTimeout as delay } from "node:timers/promises";
import type { ReleaseView } from "../../src/domain/release.ts";
import { ApiClient } from "../chaos/api-client.ts";
import { pollUntil } from "../chaos/poll-until.ts";
import { BuiltService } from "../built/built-service.ts";
import {
  archivesOf,
  documentsOf,
  type Format,
  FORMATS,
  LISTS,
  type MatrixDocument,
  type MatrixList,
} from "./matrix-lists.ts";
import { changeAll, publishAll, SITE } from "./matrix-site.ts";
import { matrixReleases, type MatrixRelease } from "./matrix-releases.ts";
import type { ParsedFeed, Parser } from "./parsed-feed.ts";

/** Milliseconds after which every cache holds the new documents. */
const VISIBLE_WITHIN_MS = 2_000;
/** In milliseconds, for all documents, on a busy machine. */
const WRITTEN_WITHIN_MS = 20_000;

interface JsonItem {
  id: string;
  date_modified: string;
  _communique: { removed?: true };
}

export class ReaderMatrix implements AsyncDisposable {
  readonly releases = matrixReleases();
  readonly #service: BuiltService;
  /** The answers of the API, by release id. */
  readonly #views = new Map<string, ReleaseView>();
  readonly #documents = new Map<string, MatrixDocument[]>();
  readonly #parsed = new Map<string, Promise<ParsedFeed[]>>();

  private constructor(service: BuiltService) {
    this.#service = service;
  }

  static async start(): Promise<ReaderMatrix> {
    const matrix = new ReaderMatrix(await BuiltService.start(SITE));
    try {
      await matrix.#fill();
      return matrix;
    } catch (error) {
      await matrix[Symbol.asyncDispose]();
      throw error;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#service[Symbol.asyncDispose]();
  }

  get origin(): string {
    return this.#service.url.origin;
  }

  /** The documents of a list in one format, newest first. */
  documents(list: MatrixList, format: Format): MatrixDocument[] {
    return this.#documents.get(`${list.name} as ${format}`) ?? [];
  }

  /** All documents in one format. */
  documentsIn(format: Format): MatrixDocument[] {
    return LISTS.flatMap((list) => this.documents(list, format));
  }

  /** The documents of a list, parsed. Each parser reads each document once. */
  parsed(list: MatrixList, format: Format, name: string, parse: Parser): Promise<ParsedFeed[]> {
    const key = `${list.name} as ${format} by ${name}`;
    const known = this.#parsed.get(key);
    if (known !== undefined) return known;
    const parsed = Promise.all(this.documents(list, format).map(({ text }) => parse(text)));
    this.#parsed.set(key, parsed);
    return parsed;
  }

  view({ release }: MatrixRelease): ReleaseView {
    const view = this.#views.get(release.id);
    if (view === undefined) throw new Error(`${release.title} has no view`);
    return view;
  }

  /** The releases that a list must contain, newest first. */
  expectedReleases(list: MatrixList): MatrixRelease[] {
    return this.releases
      .filter((each) => each.kind !== "killed" && list.holds(each))
      .sort((a, b) => (this.view(a).published < this.view(b).published ? 1 : -1));
  }

  async #fill(): Promise<void> {
    const api = new ApiClient(this.#service.url, SITE.ADMIN_TOKEN);
    await publishAll(api, this.releases);
    // Reads all lists first, because the service keeps, and adds tombstones to, only lists with readers.
    for (const list of LISTS) await archivesOf(list, this.origin);
    await changeAll(api, this.releases);
    for (const each of this.releases) this.#views.set(each.release.id, await this.#waitForChange(each));
    await this.#waitForLists();
    await delay(VISIBLE_WITHIN_MS);
    for (const list of LISTS) {
      const archives = await archivesOf(list, this.origin);
      for (const format of FORMATS) {
        const documents = await documentsOf(list, format, this.origin, archives);
        this.#documents.set(`${list.name} as ${format}`, documents);
      }
    }
  }

  async #waitForChange({ kind, release }: MatrixRelease): Promise<ReleaseView> {
    return pollUntil(`${release.title} has its final state`, WRITTEN_WITHIN_MS, async () => {
      const response = await fetch(`${this.origin}/api/v1/releases/${release.id}`);
      const view = await response.json<ReleaseView>();
      const isCorrected = !kind.startsWith("corrected") || view.edition === 2;
      const isWithdrawn = !kind.endsWith("withdrawn") || view.status === "withdrawn";
      const isKilled = kind !== "killed" || response.status === 410;
      return isCorrected && isWithdrawn && isKilled ? view : undefined;
    });
  }

  /** Waits for all lists. At the deadline it resolves too, and the tests show what is missing. */
  async #waitForLists(): Promise<void> {
    const waiting = new Set(LISTS);
    const allCurrent = pollUntil("every list is current", WRITTEN_WITHIN_MS, async () => {
      for (const list of waiting) if (await this.#isCurrent(list)) waiting.delete(list);
      return waiting.size === 0 ? true : undefined;
    });
    await allCurrent.catch(() => false);
  }

  async #isCurrent(list: MatrixList): Promise<boolean> {
    const expected = this.expectedReleases(list).map((each) => this.view(each));
    const documents = await documentsOf(list, "json", this.origin, await archivesOf(list, this.origin));
    const items = documents.flatMap(({ text }) => (JSON.parse(text) as { items: JsonItem[] }).items);
    const isRemoved = ({ _communique }: JsonItem) => _communique.removed === true;
    return (
      JSON.stringify(
        items.filter((item) => !isRemoved(item)).map(({ id, date_modified }) => [id, date_modified]),
      ) === JSON.stringify(expected.map(({ id, updated }) => [`urn:uuid:${id}`, updated]))
    );
  }
}
