/**
 * Keeps a second `npm start` away from a ledger: two services on the same files would each write over the other.
 */
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { CliError } from "../cli-error.ts";
import { displayPath } from "../paths.ts";

/** An empty database. Its lock belongs to the process: it ends with it, also after a crash, so no stale one is left. */
const LOCK_FILE = "npm-start.lock";
const SQLITE_BUSY = 5;

/**
 * Holds the ledger until this process ends.
 *
 * @param state absolute path of the folder of the ledger
 * @throws CliError if another process holds it, also by another name of the folder
 */
export function lockState(state: string): DatabaseSync {
  const lock = new DatabaseSync(join(state, LOCK_FILE));
  try {
    lock.exec("BEGIN EXCLUSIVE");
    return lock;
  } catch (error) {
    lock.close();
    if (!(error instanceof Error && "errcode" in error && error.errcode === SQLITE_BUSY)) throw error;
    throw new CliError(
      `another npm start uses this ledger: ${displayPath(state)}. End that one with Ctrl-C, or keep a ledger of its own with --persist-to DIR. Nothing was changed.`,
    );
  }
}
