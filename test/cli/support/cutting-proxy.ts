/**
 * A proxy that withholds one answer, so that a test can end a command in the middle of its work.
 */
import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";

export interface CuttingProxy {
  url: string;
  /** Resolves when the service has done what the withheld answer is about. */
  cut: Promise<void>;
  end: () => void;
}

/** @param isWithheld by method and path, such as `POST /api/v1/restore` */
export async function cuttingProxy(
  service: string,
  isWithheld: (request: string) => boolean,
): Promise<CuttingProxy> {
  const { promise: cut, resolve } = Promise.withResolvers<void>();
  const pass = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { method = "GET", url = "/", headers } = request;
    const body = Buffer.concat(await request.toArray());
    const answer = await fetch(`${service}${url}`, {
      method,
      headers: {
        authorization: headers.authorization ?? "",
        ...(headers["content-type"] !== undefined && { "content-type": headers["content-type"] }),
      },
      ...(body.length > 0 && { body }),
    });
    const bytes = Buffer.from(await answer.arrayBuffer());
    if (isWithheld(`${method} ${url}`)) return resolve();
    response
      .writeHead(answer.status, { "content-type": answer.headers.get("content-type") ?? "" })
      .end(bytes);
  };
  const server = createServer((request, response) => void pass(request, response)).listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  return {
    url: `http://127.0.0.1:${port}`,
    cut,
    end: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}
