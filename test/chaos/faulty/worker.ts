/**
 * The Worker of the test build: the service, a fault hook, and routes to read and empty KV.
 *
 *   PUT    /chaos/faults      sets the odds that calls throw
 *   GET    /chaos/documents   everything in KV: key, SHA-256 of the value and metadata, sorted by key
 *   DELETE /chaos/documents   empties KV
 */
import { Newsroom as RealNewsroom } from "../../../src/newsroom/newsroom.ts";
import { Subscriber as RealSubscriber } from "../../../src/subscriber/subscriber.ts";
import worker from "../../../src/worker.ts";
import { faulty, type Faults, setFaults } from "./faulty-calls.ts";

export class Newsroom extends RealNewsroom {
  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, faulty(env));
  }
}

export class Subscriber extends RealSubscriber {
  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, faulty(env));
  }
}

export { Renderer } from "../../../src/renderer/renderer.ts";

/** Concurrent KV calls. */
const READS_AT_ONCE = 20;

export default {
  fetch(request, env, ctx) {
    const { pathname } = new URL(request.url);
    return pathname.startsWith("/chaos/")
      ? answerChaos(request, pathname, env)
      : worker.fetch(request, faulty(env), ctx);
  },
} satisfies ExportedHandler<Env>;

async function answerChaos(request: Request, path: string, { DOCUMENTS }: Env): Promise<Response> {
  switch (`${request.method} ${path}`) {
    case "PUT /chaos/faults":
      setFaults(await request.json<Faults>());
      return new Response(null, { status: 204 });
    case "GET /chaos/documents":
      return Response.json(await inBatches(await keysIn(DOCUMENTS), (key) => described(DOCUMENTS, key)));
    case "DELETE /chaos/documents":
      await inBatches(await keysIn(DOCUMENTS), (key) => DOCUMENTS.delete(key));
      return new Response(null, { status: 204 });
    default:
      return new Response(null, { status: 404 });
  }
}

async function keysIn(kv: KVNamespace): Promise<string[]> {
  const names: string[] = [];
  let cursor: string | null = null;
  for (;;) {
    const page: KVNamespaceListResult<unknown> = await kv.list({ cursor });
    names.push(...page.keys.map(({ name }) => name));
    if (page.list_complete) return names.sort();
    cursor = page.cursor;
  }
}

async function described(kv: KVNamespace, key: string): Promise<[string, string, unknown]> {
  const { value, metadata } = await kv.getWithMetadata(key, "arrayBuffer");
  const digest = await crypto.subtle.digest("SHA-256", value ?? new ArrayBuffer());
  return [key, value === null ? "none" : new Uint8Array(digest).toHex(), metadata];
}

async function inBatches<T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  for (let from = 0; from < items.length; from += READS_AT_ONCE) {
    results.push(...(await Promise.all(items.slice(from, from + READS_AT_ONCE).map(work))));
  }
  return results;
}
