/**
 * The Durable Objects by name. The generated `Env` types the stubs, so this file imports neither class.
 */

/** The one Newsroom. */
export function newsroom(env: Env): ReturnType<Env["NEWSROOM"]["getByName"]> {
  return env.NEWSROOM.getByName("newsroom");
}

/** The one Renderer: a publisher sends one batch after the other. */
export function renderer(env: Env): ReturnType<Env["RENDERER"]["getByName"]> {
  return env.RENDERER.getByName("renderer");
}

/** The Subscriber of one subscription. */
export function subscriber(env: Env, id: string): ReturnType<Env["SUBSCRIBER"]["getByName"]> {
  return env.SUBSCRIBER.getByName(id);
}
