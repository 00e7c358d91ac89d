/**
 * Says when something below a folder has changed, also when the folder itself goes away or comes back.
 */
import { type FSWatcher, statSync, watch } from "node:fs";

/** Milliseconds without a change: editors write a file in several steps. */
const QUIET_MS = 100;
/** Milliseconds between two looks whether the folder is still the one that is watched: a watch does not follow its name. */
const LOOK_MS = 500;

/**
 * Calls `onChange` after each change, and once more if something changes meanwhile; never twice at a time.
 *
 * @param onChange returns whether it could read the folder; if not, it is called again as soon as there is one
 * @param end ends the watch
 */
export function watchFolder(folder: string, onChange: () => Promise<boolean>, end: AbortSignal): void {
  let timer: NodeJS.Timeout | undefined;
  let isRunning = false;
  let isDue = false;
  let isRead = true;
  const run = async (): Promise<void> => {
    if (isRunning) {
      isDue = true;
      return;
    }
    isRunning = true;
    do {
      isDue = false;
      isRead = await onChange();
    } while (isDue && !end.aborted);
    isRunning = false;
  };
  const changed = (): void => {
    clearTimeout(timer);
    timer = setTimeout(() => void run(), QUIET_MS);
  };
  let watched = identityOf(folder);
  let watcher = startWatch(folder, changed);
  const looking = setInterval(() => {
    const present = identityOf(folder);
    // A folder may go away and come back between two looks.
    if (present === watched && (isRead || present === undefined)) return;
    watched = present;
    watcher?.close();
    watcher = startWatch(folder, changed);
    changed();
  }, LOOK_MS);
  end.addEventListener("abort", () => {
    clearInterval(looking);
    clearTimeout(timer);
    watcher?.close();
  });
}

/** Tells one folder from another of the same name; undefined while there is none. */
function identityOf(folder: string): string | undefined {
  try {
    const { dev, ino, birthtimeMs } = statSync(folder);
    return `${dev} ${ino} ${birthtimeMs}`;
  } catch {
    return undefined;
  }
}

/** @returns undefined while there is no folder */
function startWatch(folder: string, changed: () => void): FSWatcher | undefined {
  try {
    // An error is about a part of the folder that has just gone.
    return watch(folder, { recursive: true }, changed).on("error", changed);
  } catch {
    return undefined;
  }
}
