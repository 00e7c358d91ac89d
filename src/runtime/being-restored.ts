/**
 * While a backup is restored, an object refuses every other call. The refusal crosses from object to object as an error
 * whose class is lost on the way, so it is known by its words.
 */
const WORDS = "the service is being restored";

export class BeingRestoredError extends Error {
  constructor() {
    super(WORDS);
  }
}

export function isBeingRestored(error: unknown): boolean {
  return String(error).includes(WORDS);
}
