/**
 * Judges the polls of one reader: lists of issues by topic.
 */
import type { Exchange } from "./counting-proxy.ts";
import type { Expected, TrialReleases } from "./trial-releases.ts";
import type { ReadItem } from "./real-reader.ts";
import { type Course, isConditional, type Poll } from "./trial.ts";

export interface Verdicts {
  /** Every release arrives once, with the right title, id and link. */
  arrival: string[];
  /** A conditional poll without changes transfers no body, and the items stay the same. */
  unchanged: string[];
  /** The new release arrives, without duplicates. */
  addition: string[];
  /** The correction appears as this reader shows corrections. */
  correction: string[];
}

export function verdictsOn(course: Course, releases: TrialReleases): Verdicts {
  const { reader, first, unchanged, changed } = course;
  const { corrected, added } = releases;
  const untouched = releases.before.filter(({ id }) => id !== corrected.id);
  const ofId = (poll: Poll) => poll.items.filter(({ id }) => id === corrected.id);
  return {
    arrival: [...issuesOfAnswers(first, [200]), ...issuesOfItems(first.items, releases.before)],
    unchanged: unchanged.flatMap((poll) => [
      ...issuesOfUnchangedAnswers(poll),
      ...issuesOfItems(poll.items, releases.before),
    ]),
    addition: [
      ...issuesOfAnswers(changed, [200, 226]),
      ...issuesOfItems(
        changed.items.filter(({ id }) => id !== corrected.id),
        [...untouched, added],
      ),
    ],
    correction: reader.issuesOfCorrection({
      before: ofId(first),
      after: ofId(changed),
      title: corrected.title,
      words: corrected.words,
    }),
  };
}

/** Whether the reader shows whole texts. */
export function showsWholeTexts({ first }: Course, releases: TrialReleases): boolean {
  return first.items.every(({ id, text }) => {
    const expected = releases.before.find((release) => release.id === id);
    return expected !== undefined && text.includes(expected.lastWords);
  });
}

function issuesOfAnswers({ exchanges }: Poll, statuses: readonly number[]): string[] {
  return [
    ...(exchanges.length === 1 ? [] : [`sent ${exchanges.length} requests in one poll`]),
    ...exchanges.flatMap(({ status, im, bodyBytes }) => [
      ...(statuses.includes(status) ? [] : [`received status ${status}`]),
      ...(status !== 226 || im === "feed" ? [] : [`226 came with IM: ${im ?? "nothing"}`]),
      ...(bodyBytes > 0 ? [] : [`${status} had no body`]),
    ]),
  ];
}

/** An unconditional request gets a full answer; that is the choice of the reader. */
function issuesOfUnchangedAnswers({ exchanges }: Poll): string[] {
  return exchanges.flatMap((exchange: Exchange) => {
    if (!isConditional(exchange) || (exchange.status === 304 && exchange.bodyBytes === 0)) return [];
    return [`received ${exchange.status} with ${exchange.bodyBytes} bytes although nothing changed`];
  });
}

function issuesOfItems(items: readonly ReadItem[], expected: readonly Expected[]): string[] {
  const unexpected = items.filter(({ id }) => expected.every((release) => release.id !== id));
  return [
    ...unexpected.map(({ id, title }) => `has “${title}” (${id}), which is unexpected`),
    ...expected.flatMap((release) => issuesOfItem(items, release)),
  ];
}

function issuesOfItem(items: readonly ReadItem[], release: Expected): string[] {
  const [item, ...others] = items.filter(({ id }) => id === release.id);
  if (item === undefined) return [`“${release.title}” has not arrived`];
  return [
    ...(others.length === 0 ? [] : [`“${release.title}” occurs ${others.length + 1} times`]),
    ...(item.title === release.title ? [] : [`“${release.title}” has become “${item.title}”`]),
    ...(item.link === release.link ? [] : [`“${release.title}” leads to ${item.link}`]),
    ...(item.text.includes(release.words) ? [] : [`the text of “${release.title}” is wrong`]),
  ];
}
