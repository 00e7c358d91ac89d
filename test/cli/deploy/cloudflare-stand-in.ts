/**
 * A stand-in for the part of Cloudflare's API that a deploy uses. It keeps what it is sent, as an account does.
 */
import { createServer, type IncomingMessage, type Server } from "node:http";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { buffer } from "node:stream/consumers";

const ACCOUNT = "account-of-the-office";

interface Binding {
  name: string;
  type: string;
  text?: string;
  namespace_id?: string;
}

/** A Worker as the account holds it. */
interface StoredWorker {
  bindings: Binding[];
  migrationTag?: string;
}

export interface Upload {
  bindings: Binding[];
  /** Everything that was sent, as text. */
  body: string;
}

type Answer = { result: unknown } | { status: number; code: number; message: string };

export class CloudflareStandIn implements AsyncDisposable {
  readonly workers = new Map<string, StoredWorker>();
  readonly namespaces: { id: string; title: string }[] = [];
  /** Newest last. */
  readonly uploads: Upload[] = [];
  /** The paths of the files that the latest deploy has beside its Worker. */
  files: string[] = [];
  /** `METHOD /path` of each call. */
  readonly calls: string[] = [];
  accounts = [{ id: ACCOUNT, name: "Press Office" }];
  /** Refuses every call, as for a token that has expired. */
  refusesLogin = false;
  /** Fails the upload itself. */
  failsUpload = false;
  readonly #server: Server;

  private constructor() {
    this.#server = createServer((request, response) => {
      void this.#answer(request).then((answer) => {
        const isGood = "result" in answer;
        response.writeHead(isGood ? 200 : answer.status, { "content-type": "application/json" });
        response.end(
          JSON.stringify({
            success: isGood,
            errors: isGood ? [] : [{ code: answer.code, message: answer.message }],
            messages: [],
            result: isGood ? answer.result : null,
          }),
        );
      });
    });
  }

  static async start(): Promise<CloudflareStandIn> {
    const standIn = new CloudflareStandIn();
    standIn.#server.listen(0, "127.0.0.1");
    await once(standIn.#server, "listening");
    return standIn;
  }

  /** Of a command that deploys here. @param folder is its home, for wrangler's settings and log */
  environment(folder: string): Record<string, string> {
    return {
      CLOUDFLARE_API_BASE_URL: `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`,
      CLOUDFLARE_API_TOKEN: "token-of-the-account",
      WRANGLER_SEND_METRICS: "false",
      WRANGLER_HIDE_BANNER: "true",
      WRANGLER_LOG: "log",
      HOME: folder,
      XDG_CONFIG_HOME: folder,
      TMPDIR: folder,
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, "close");
  }

  async #answer(request: IncomingMessage): Promise<Answer> {
    const { method = "", headers } = request;
    const body = (await buffer(request)).toString("latin1");
    const { pathname } = new URL(request.url ?? "", "http://localhost");
    this.calls.push(`${method} ${pathname}`);
    if (this.refusesLogin || headers.authorization !== "Bearer token-of-the-account") {
      return { status: 403, code: 10_000, message: "Authentication error" };
    }
    if (pathname === "/accounts") return { result: this.accounts };
    const path = pathname.replace(`/accounts/${ACCOUNT}`, "");
    if (path === "/workers/subdomain") return { result: { subdomain: "office" } };
    if (path === "/storage/kv/namespaces") return this.#namespaces(method, body);
    const [, name, part] = /^\/workers\/(?:services|scripts|workers)\/([^/]+)\/?(.*)$/.exec(path) ?? [];
    return name === undefined ? unknown(pathname) : this.#worker(method, name, part ?? "", body);
  }

  #namespaces(method: string, body: string): Answer {
    if (method === "GET") return { result: this.namespaces };
    const { title } = JSON.parse(body) as { title: string };
    if (this.namespaces.some((namespace) => namespace.title === title)) {
      return {
        status: 400,
        code: 10_014,
        message: "a namespace with this account ID and title already exists",
      };
    }
    const made = { id: `${this.namespaces.length + 1}`.repeat(32), title };
    this.namespaces.push(made);
    return { result: made };
  }

  #worker(method: string, name: string, part: string, body: string): Answer {
    if (part === "assets-upload-session") {
      const { manifest } = JSON.parse(body) as { manifest: Record<string, unknown> };
      this.files = Object.keys(manifest);
      // As for an account that has the bytes of all files: none is sent.
      return { result: { jwt: "token-of-the-files", buckets: [] } };
    }
    if ((method === "PUT" && part === "") || (method === "POST" && part === "versions")) {
      return this.#upload(name, body);
    }
    const worker = this.workers.get(name);
    if (worker === undefined) {
      return { status: 404, code: 10_007, message: "This Worker does not exist on your account." };
    }
    switch (part) {
      case "": {
        const script = {
          tag: "tag",
          tags: [],
          migration_tag: worker.migrationTag,
          last_deployed_from: "wrangler",
        };
        return {
          result: {
            default_environment: { environment: "production", script },
            subdomain: { enabled: true, previews_enabled: false },
          },
        };
      }
      case "secrets":
        return { result: worker.bindings.filter(({ type }) => type === "secret_text") };
      case "settings":
        return { result: { bindings: worker.bindings } };
      case "deployments":
        return { result: method === "GET" ? { deployments: [] } : { id: "deployment" } };
      case "subdomain":
      case "script-settings":
        return { result: { enabled: true, previews_enabled: false } };
      default:
        return unknown(part);
    }
  }

  /** Like the platform: keeps secrets that the upload leaves out, and refuses to inherit what is not there. */
  #upload(name: string, body: string): Answer {
    const [, json = "{}"] = /name="metadata"\r\n\r\n(.*?)\r\n--/s.exec(body) ?? [];
    const { bindings, migrations } = JSON.parse(json) as {
      bindings: Binding[];
      migrations?: { new_tag: string };
    };
    this.uploads.push({ bindings, body });
    if (this.failsUpload) return { status: 500, code: 10_013, message: "An unknown error has occurred." };
    const before = this.workers.get(name)?.bindings ?? [];
    const inherited = bindings.filter(({ type }) => type === "inherit");
    const absent = inherited.find((binding) => !before.some((old) => old.name === binding.name));
    if (absent !== undefined) {
      return { status: 400, code: 10_057, message: `inherit binding '${absent.name}' is invalid` };
    }
    const given = bindings.filter(({ type }) => type !== "inherit");
    const kept = before.filter(
      (old) =>
        (old.type === "secret_text" || inherited.some((binding) => binding.name === old.name)) &&
        !given.some((binding) => binding.name === old.name),
    );
    const migrationTag = migrations?.new_tag ?? this.workers.get(name)?.migrationTag;
    this.workers.set(name, {
      bindings: [...given, ...kept],
      ...(migrationTag !== undefined && { migrationTag }),
    });
    return {
      result: { id: "version", startup_time_ms: 5, resources: { script: { etag: "etag" } }, metadata: {} },
    };
  }
}

function unknown(path: string): Answer {
  return { status: 404, code: 7_003, message: `The stand-in does not know ${path}` };
}
