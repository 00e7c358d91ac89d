/**
 * Whether a port can be had, asked before anything is started.
 */
import { once } from "node:events";
import { createServer } from "node:net";
import { CliError, systemCode } from "../cli-error.ts";

/** @throws CliError that names a way out */
export async function assertPortIsFree(port: number): Promise<void> {
  for (const host of ["127.0.0.1", "::1"]) {
    const server = createServer();
    try {
      server.listen(port, host);
      await once(server, "listening");
    } catch (error) {
      const code = systemCode(error);
      // A machine without IPv6 has nothing in use there.
      if (code === "EADDRNOTAVAIL" || code === "EAFNOSUPPORT") continue;
      const other = port === 65_535 ? port - 1 : port + 1;
      const wayOut = `use another with \`npm start -- --port ${port < 1024 ? 8787 : other}\``;
      if (code === "EADDRINUSE") {
        throw new CliError(
          `Port ${port} is in use: end what runs there (perhaps another \`npm start\`), or ${wayOut}.`,
        );
      }
      throw new CliError(`Port ${port} cannot be used (${code ?? String(error)}): ${wayOut}.`);
    } finally {
      server.close();
    }
  }
}
