/**
 * Commands are loaded when they run: all of them together take a second and 100 MB.
 */
import { enableCompileCache } from "node:module";
import { COMPILED } from "./paths.ts";

// The next command starts in half the time.
enableCompileCache(COMPILED);

/** The action of a command. Commander gives it the arguments, the options and the command. */
export function load(command: () => Promise<(...given: never[]) => Promise<void> | void>) {
  return async (...given: unknown[]): Promise<void> => {
    const run = await command();
    await run(...(given as never[])); // each command names the types of its own
  };
}
