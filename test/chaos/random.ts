/**
 * Reproducible random choices. Each part of a run has a stream of its own, so that neither its choices nor
 * its speed changes those of another part.
 */

export class Random {
  readonly #random: () => number;

  /** @param path names the part of the run; the same seed and path give the same choices */
  constructor(seed: number, ...path: (string | number)[]) {
    this.#random = seededRandom(hashOf(`${seed}/${path.join("/")}`));
  }

  chance(odds: number): boolean {
    return this.#random() < odds;
  }

  /** From `least` up to but not including `limit`. */
  between(least: number, limit: number): number {
    return least + this.#random() * (limit - least);
  }

  /** A whole number from `least` to `most`. */
  integer(least: number, most: number): number {
    return Math.floor(this.between(least, most + 1));
  }

  pick<T>(choices: readonly T[]): T {
    const [picked] = choices.slice(Math.floor(this.#random() * choices.length));
    if (picked === undefined) throw new RangeError("there is nothing to pick from");
    return picked;
  }

  shuffle<T>(items: readonly T[]): T[] {
    return items
      .map((item) => ({ item, place: this.#random() }))
      .sort((a, b) => a.place - b.place)
      .map(({ item }) => item);
  }
}

/** FNV-1a with 32 bits. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(text)) hash = Math.imul(hash ^ byte, 0x01000193) >>> 0;
  return hash;
}

/** @returns a generator of numbers from 0 up to but not including 1 (mulberry32) */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

export function randomSeed(): number {
  return Math.floor(Math.random() * 2 ** 32);
}
