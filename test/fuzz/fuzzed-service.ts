/**
 * The built service on workerd with a ledger to protect, endpoints, and subscriptions of strangers and of a
 * bystander. It speaks to this machine alone.
 */
import { randomBytes } from "node:crypto";
import { Miniflare, type Request, Response } from "miniflare";
import { generatedRelease, registryOf } from "../bench/generated-releases.ts";
import { waitUntilRendered } from "../bench/wait-until-rendered.ts";
import { buildOf } from "../built/build.ts";
import { locationIn } from "../built/location.ts";
import { onWorkerd } from "../../src/cli/start/on-workerd.ts";
import { ApiClient, type CreatedSubscription, newRelease } from "../chaos/api-client.ts";
import { pollUntil } from "../chaos/poll-until.ts";
import { PROJECT_ROOT } from "../chaos/process-tree.ts";
import { TemporaryFolder } from "../chaos/temporary-folder.ts";
import { freePort } from "../support/free-port.ts";
import { LedgerFile } from "./ledger.ts";
import type { Subscription, World } from "./world.ts";

const RELEASES = 40;
const SUBSCRIPTIONS = 16;
/** Those that may be deleted. */
const EXPENDABLE = 10;
const DELIVERED_WITHIN_MS = 60_000;
/** Never in a request, so that only the service can tell them. */
const SECRET_WORDS = ["Kaleidoskop", "Zwiebelfisch"];
const SECRET_VALUE = "zwiebelfisch";

export class FuzzedService implements AsyncDisposable {
  readonly world: World;
  readonly ledger: LedgerFile;
  readonly #parts: AsyncDisposableStack;

  private constructor(world: World, ledger: LedgerFile, parts: AsyncDisposableStack) {
    this.world = world;
    this.ledger = ledger;
    this.#parts = parts;
  }

  /** @param onLog called with each line that the service logs */
  static async start(usesAdmin: boolean, onLog: (line: string) => void): Promise<FuzzedService> {
    await using parts = new AsyncDisposableStack();
    const folder = parts.use(new TemporaryFolder());
    const port = await freePort();
    const service = new URL(`http://127.0.0.1:${port}`);
    const adminToken = randomBytes(32).toString("base64url");
    const bindings = {
      BASE_URL: service.origin,
      LOCAL_TARGETS: "deny",
      DNS_RESOLVER: "off",
      ADMIN_TOKEN: adminToken,
      SECRETS_KEY: randomBytes(32).toString("base64"),
      SIGNING_KEY: `whsk_${randomBytes(32).toString("base64")}`,
      SUBREQUESTS: "10000",
    };
    const build = await buildOf(PROJECT_ROOT);
    const location = locationIn(folder.path, port);
    const miniflare = new Miniflare(
      onWorkerd(build, { bindings, outbound: answerAsEndpoint }, location, onLog),
    );
    parts.defer(() => miniflare.dispose());
    await miniflare.ready;
    const world = await prepare(service, adminToken, usesAdmin);
    return new FuzzedService(world, new LedgerFile(folder.path), parts.move());
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#parts.disposeAsync();
  }
}

/** An endpoint that confirms every verification, at every address: of a webhook by POST, of the hub by GET. */
async function answerAsEndpoint(request: Request): Promise<Response> {
  if (request.method === "GET") {
    return new Response(new URL(request.url).searchParams.get("hub.challenge"));
  }
  const body = await request.text();
  // The hub posts feeds, some of them in XML.
  if (!body.startsWith("{")) return new Response("");
  const { data } = JSON.parse(body) as { data?: { challenge?: string } };
  return new Response(data?.challenge ?? "");
}

async function prepare(service: URL, adminToken: string, usesAdmin: boolean): Promise<World> {
  const api = new ApiClient(service, adminToken);
  const releases = Array.from({ length: RELEASES }, (_, index) => generatedRelease(1, index));
  const embargoed = {
    ...newRelease(SECRET_WORDS.join(" "), { slug: "under-embargo", embargo: "2099-01-01T00:00:00Z" }),
    topics: [SECRET_VALUE],
  };
  const registry = registryOf(releases);
  await api.putRegistry({
    ...registry,
    topics: [...registry.topics, { slug: SECRET_VALUE, names: { en: SECRET_WORDS[1] } }],
  });
  const subscribe = (name: string) => api.subscribeUnverified(`https://${name}.example/hook`);
  const bystander = await subscribe("bystander");
  const owned: CreatedSubscription[] = [];
  for (let index = 0; index < SUBSCRIPTIONS; index += 1) owned.push(await subscribe(`owned${index}`));
  await api.publishBatch([...releases, embargoed]);
  const [withdrawn, killed, corrected] = releases;
  if (withdrawn === undefined || killed === undefined || corrected === undefined)
    throw new Error("no releases");
  await api.withdraw(withdrawn, "Published by mistake");
  await api.kill(killed, "Published by mistake");
  await api.publish({ ...corrected, title: "Corrected", change: "major", note: "The title" });
  const logged = async ({ id, token }: CreatedSubscription): Promise<Subscription> => {
    const events = await pollUntil("all events are delivered", DELIVERED_WITHIN_MS, () =>
      deliveredEvents(service, id, token),
    );
    return { id, token, events };
  };
  const subscriptions = await Promise.all(owned.map(logged));
  await waitUntilRendered(service, adminToken);
  return {
    service,
    adminToken,
    usesAdmin,
    releases: [...releases, embargoed],
    registry,
    owned: subscriptions,
    expendable: subscriptions.slice(-EXPENDABLE),
    bystander: await logged(bystander),
    secretWords: SECRET_WORDS,
  };
}

/** @returns undefined until all events are delivered */
async function deliveredEvents(service: URL, id: string, token: string): Promise<string[] | undefined> {
  const response = await fetch(new URL(`/api/v1/subscriptions/${id}/deliveries?limit=100`, service), {
    headers: { authorization: `Bearer ${token}` },
  });
  const { data } = JSON.parse(await response.text()) as { data: { event: string; state: string }[] };
  const isDone = data.length >= RELEASES + 2 && data.every(({ state }) => state !== "pending");
  return isDone ? data.map(({ event }) => event) : undefined;
}
