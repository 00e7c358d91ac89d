/**
 * A folder that is removed when this process ends, or earlier.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

export class TemporaryFolder implements Disposable {
  readonly path = mkdtempSync(join(tmpdir(), "communique-"));
  readonly #remove = () => rmSync(this.path, { recursive: true, force: true, maxRetries: 3 });

  constructor() {
    process.once("exit", this.#remove);
  }

  [Symbol.dispose](): void {
    process.off("exit", this.#remove);
    this.#remove();
  }
}
