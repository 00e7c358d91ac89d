/**
 * The Worker's entry: HTTP requests, and the three kinds of Durable Objects.
 */
import { app } from "./http/app.ts";
import { getFromMemory } from "./http/documents/get-document.ts";

export { Newsroom } from "./newsroom/newsroom.ts";
export { Renderer } from "./renderer/renderer.ts";
export { Subscriber } from "./subscriber/subscriber.ts";

export default {
  fetch: (request, env, ctx) => getFromMemory(request, env, ctx) ?? app.fetch(request, env, ctx),
} satisfies ExportedHandler<Env>;
