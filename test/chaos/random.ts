/**
 * Choices that can be had again: each part of a run draws from a stream of its own, so that what one
 * does, or how long it takes, changes nothing for another.
 */
import { seededRandom } from "./seeded-random.ts";

export class Chance {
  readonly #random: () => number;

  /** @param path which part of the run: the same seed and path give the same choices */
  constructor(seed: number, ...path: (string | number)[]) {
    this.#random = seededRandom(hashOf(`${seed}/${path.join("/")}`));
  }

  happens(odds: number): boolean {
    return this.#random() < odds;
  }

  /** From `least` up to but not including `limit`. */
  between(least: number, limit: number): number {
    return least + this.#random() * (limit - least);
  }

  /** A whole number from `least` to `most`. */
  whole(least: number, most: number): number {
    return Math.floor(this.between(least, most + 1));
  }

  pick<T>(choices: readonly T[]): T {
    const [picked] = choices.slice(Math.floor(this.#random() * choices.length));
    if (picked === undefined) throw new RangeError("nothing to pick from");
    return picked;
  }

  shuffled<T>(items: readonly T[]): T[] {
    return items
      .map((item) => ({ item, place: this.#random() }))
      .sort((a, b) => a.place - b.place)
      .map(({ item }) => item);
  }
}

/** FNV-1a, 32 bits. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(text)) hash = Math.imul(hash ^ byte, 0x01000193) >>> 0;
  return hash;
}
