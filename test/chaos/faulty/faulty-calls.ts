/**
 * The fault hook of the test build: calls of KV and of objects throw before or after they take effect, so
 * that the caller cannot know. One isolate runs the Worker and all objects, so the setting applies to all.
 */
import { seededRandom } from "../random.ts";

export type Faulty = "kv" | "objects";

/** Probabilities, from 0 to 1, that a call throws before and after it takes effect. */
export interface Odds {
  before: number;
  after: number;
}

/** The body of `PUT /chaos/faults`. Kinds that are left out never throw. */
export type Faults = Partial<Record<Faulty, Odds>> & { seed?: number };

let current: Faults = {};
let random = seededRandom(0);

export function setFaults(faults: Faults): void {
  current = faults;
  random = seededRandom(faults.seed ?? 0);
}

const wrapped = new WeakMap<Env, Env>();

/** The same bindings, with calls that may throw. */
export function faulty(env: Env): Env {
  const known = wrapped.get(env);
  if (known !== undefined) return known;
  const wrapper: Env = {
    ...env,
    DOCUMENTS: throwing(env.DOCUMENTS, "kv"),
    NEWSROOM: throwingStubs(env.NEWSROOM),
    SUBSCRIBER: throwingStubs(env.SUBSCRIBER),
  };
  wrapped.set(env, wrapper);
  return wrapper;
}

function throwingStubs<T extends object>(namespace: T): T {
  return new Proxy(namespace, {
    get(real, name) {
      const member: unknown = Reflect.get(real, name, real);
      if (typeof member !== "function") return member;
      return (...args: unknown[]) => {
        const result: unknown = Reflect.apply(member, real, args);
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
      return async (...args: unknown[]) => {
        throwByChance(kind, "before", name);
        const result: unknown = await Reflect.apply(member, real, args);
        throwByChance(kind, "after", name);
        return result;
      };
    },
  });
}

function throwByChance(kind: Faulty, when: keyof Odds, name: string): void {
  const odds = current[kind]?.[when] ?? 0;
  if (odds > 0 && random() < odds) throw new Error(`chaos: ${kind} fail ${when} ${name}`);
}
