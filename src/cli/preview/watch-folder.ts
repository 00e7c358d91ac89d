/**
 * Says when something below a folder has changed.
 */
import { watch } from "node:fs";

/** Milliseconds without a change: editors write a file in several steps. */
const QUIET_MS = 100;

/**
 * Calls `onChange` after each change, and once more if something changes meanwhile; never twice at a time.
 *
 * @param end ends the watch
 */
export function watchFolder(folder: string, onChange: () => Promise<void>, end: AbortSignal): void {
  let timer: NodeJS.Timeout | undefined;
  let isRunning = false;
  let isDue = false;
  const run = async (): Promise<void> => {
    if (isRunning) {
      isDue = true;
      return;
    }
    isRunning = true;
    do {
      isDue = false;
      await onChange();
    } while (isDue && !end.aborted);
    isRunning = false;
  };
  const watcher = watch(folder, { recursive: true }, () => {
    clearTimeout(timer);
    timer = setTimeout(() => void run(), QUIET_MS);
  });
  end.addEventListener("abort", () => {
    clearTimeout(timer);
    watcher.close();
  });
}
