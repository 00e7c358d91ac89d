/**
 * What a reader's course through a trial amounts to: what was wrong, in words, or nothing.
 */
import type { Exchange } from "./counting-proxy.ts";
import type { Expected, OfficeDay } from "./office-day.ts";
import type { ReadItem } from "./real-reader.ts";
import { type Course, isConditional, type Poll } from "./trial.ts";

export interface Verdicts {
  /** All releases arrive, each once, with the right title, id and link. */
  arrival: string[];
  /** Asking again transfers no body, and changes nothing. */
  unchanged: string[];
  /** What is new arrives, and nothing doubles. */
  addition: string[];
  /** The correction is seen as the reader sees corrections. */
  correction: string[];
}

export function verdictsOn(course: Course, day: OfficeDay): Verdicts {
  const { reader, first, unchanged, changed } = course;
  const { corrected, added } = day;
  const untouched = day.before.filter(({ id }) => id !== corrected.id);
  const ofId = (poll: Poll) => poll.items.filter(({ id }) => id === corrected.id);
  return {
    arrival: [...faultsOfAnswers(first, [200]), ...faultsOfItems(first.items, day.before)],
    unchanged: unchanged.flatMap((poll) => [
      ...faultsOfUnchangedAnswers(poll),
      ...faultsOfItems(poll.items, day.before),
    ]),
    addition: [
      ...faultsOfAnswers(changed, [200, 226]),
      ...faultsOfItems(
        changed.items.filter(({ id }) => id !== corrected.id),
        [...untouched, added],
      ),
    ],
    correction: reader.faultsOfCorrection({
      before: ofId(first),
      after: ofId(changed),
      title: corrected.title,
      words: corrected.words,
    }),
  };
}

/** Whether the reader shows texts to their ends. */
export function showsWholeTexts({ first }: Course, day: OfficeDay): boolean {
  return first.items.every(({ id, text }) => {
    const expected = day.before.find((release) => release.id === id);
    return expected !== undefined && text.includes(expected.lastWords);
  });
}

function faultsOfAnswers({ exchanges }: Poll, statuses: readonly number[]): string[] {
  return [
    ...(exchanges.length === 1 ? [] : [`asked ${exchanges.length} times in one poll`]),
    ...exchanges.flatMap(({ status, im, bodyBytes }) => [
      ...(statuses.includes(status) ? [] : [`was answered ${status}`]),
      ...(status !== 226 || im === "feed" ? [] : [`226 came with IM: ${im ?? "nothing"}`]),
      ...(bodyBytes > 0 ? [] : [`${status} had no body`]),
    ]),
  ];
}

/** Who asks unconditionally is answered in full: that is the reader's choice. */
function faultsOfUnchangedAnswers({ exchanges }: Poll): string[] {
  return exchanges.flatMap((exchange: Exchange) => {
    if (!isConditional(exchange) || (exchange.status === 304 && exchange.bodyBytes === 0)) return [];
    return [`was answered ${exchange.status} with ${exchange.bodyBytes} bytes though nothing had changed`];
  });
}

function faultsOfItems(items: readonly ReadItem[], expected: readonly Expected[]): string[] {
  const strangers = items.filter(({ id }) => expected.every((release) => release.id !== id));
  return [
    ...strangers.map(({ id, title }) => `has “${title}” (${id}), which it should not`),
    ...expected.flatMap((release) => faultsOfItem(items, release)),
  ];
}

function faultsOfItem(items: readonly ReadItem[], release: Expected): string[] {
  const [item, ...others] = items.filter(({ id }) => id === release.id);
  if (item === undefined) return [`“${release.title}” has not arrived`];
  return [
    ...(others.length === 0 ? [] : [`“${release.title}” is there ${others.length + 1} times`]),
    ...(item.title === release.title ? [] : [`“${release.title}” has become “${item.title}”`]),
    ...(item.link === release.link ? [] : [`“${release.title}” leads to ${item.link}`]),
    ...(item.text.includes(release.words) ? [] : [`the text of “${release.title}” is another`]),
  ];
}
