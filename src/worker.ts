/**
 * The Worker: HTTP in front, two kinds of Durable Objects behind.
 */
import { app } from "./http/app.ts";
import { answerFromMemory } from "./http/documents/response.ts";

export { Newsroom } from "./newsroom/newsroom.ts";
export { Subscriber } from "./subscriber/subscriber.ts";

export default {
  // A hot feed is polled by the million: what was answered a moment ago needs no routing.
  fetch: (request, env, ctx) => answerFromMemory(request, env, ctx) ?? app.fetch(request, env, ctx),
} satisfies ExportedHandler<Env>;
