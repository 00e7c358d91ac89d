/**
 * The Worker: HTTP in front, two kinds of Durable Objects behind.
 */
import { app } from "./http/app.ts";

export { Newsroom } from "./newsroom/newsroom.ts";
export { Subscriber } from "./subscriber/subscriber.ts";

export default { fetch: app.fetch } satisfies ExportedHandler<Env>;
