/**
 * One run of wrangler.
 */
import { join } from "node:path";
import { ProcessTree, PROJECT_ROOT } from "./process-tree.ts";

const WRANGLER = join(PROJECT_ROOT, "node_modules/wrangler/bin/wrangler.js");

export class WranglerProcess extends ProcessTree {
  /**
   * @param project the folder with the configuration
   * @param folder holds its log and temporary files
   * @param onLine called with each line of output; pass it for runs that do not end by themselves
   */
  constructor(flags: readonly string[], project: string, folder: string, onLine?: (line: string) => void) {
    super([WRANGLER, ...flags], {
      cwd: project,
      onLine,
      env: {
        CLOUDFLARE_CF_FETCH_ENABLED: "false",
        WRANGLER_SEND_METRICS: "false",
        WRANGLER_HIDE_BANNER: "true",
        WRANGLER_LOG: "log", // includes the line "Ready on"
        WRANGLER_LOG_PATH: join(folder, "log"),
        TMPDIR: folder,
      },
    });
  }
}
