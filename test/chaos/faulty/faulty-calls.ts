/**
 * The fault hook of the test build: calls of KV and of objects that throw, before they were made or
 * after, so that whoever made them cannot know. Set from outside while it runs; one isolate runs the
 * Worker and all objects, so that what is set here holds for all of them.
 */
import { seededRandom } from "../seeded-random.ts";

export const FAULTY = ["kv", "objects"] as const;
export type Faulty = (typeof FAULTY)[number];

/** How likely a call throws before it is made, and after it was: from 0 to 1. */
export interface Odds {
  before: number;
  after: number;
}

/** What `PUT /chaos/faults` takes: what is left out never fails. */
export type Faults = Partial<Record<Faulty, Odds>> & { seed?: number };

let present: Faults = {};
let random = seededRandom(0);

export function setFaults(faults: Faults): void {
  present = faults;
  random = seededRandom(faults.seed ?? 0);
}

const wrapped = new WeakMap<Env, Env>();

/** The same bindings, whose calls may throw. */
export function faulty(env: Env): Env {
  const known = wrapped.get(env);
  if (known !== undefined) return known;
  const made: Env = {
    ...env,
    DOCUMENTS: throwing(env.DOCUMENTS, "kv"),
    NEWSROOM: throwingStubs(env.NEWSROOM),
    SUBSCRIBER: throwingStubs(env.SUBSCRIBER),
  };
  wrapped.set(env, made);
  return made;
}

function throwingStubs<T extends object>(namespace: T): T {
  return new Proxy(namespace, {
    get(real, name) {
      const member: unknown = Reflect.get(real, name, real);
      if (typeof member !== "function") return member;
      return (...given: unknown[]) => {
        const result: unknown = Reflect.apply(member, real, given);
        return name === "getByName" && typeof result === "object" && result !== null
          ? throwing(result, "objects")
          : result;
      };
    },
  });
}

function throwing<T extends object>(target: T, kind: Faulty): T {
  return new Proxy(target, {
    get(real, name) {
      const member: unknown = Reflect.get(real, name, real);
      if (typeof member !== "function" || typeof name === "symbol") return member;
      return async (...given: unknown[]) => {
        throwAtTimes(kind, "before", name);
        const result: unknown = await Reflect.apply(member, real, given);
        throwAtTimes(kind, "after", name);
        return result;
      };
    },
  });
}

function throwAtTimes(kind: Faulty, when: keyof Odds, name: string): void {
  const odds = present[kind]?.[when] ?? 0;
  if (odds > 0 && random() < odds) throw new Error(`chaos: ${kind} fail ${when} ${name}`);
}
