/**
 * The module around the Worker of a preview, as source: workerd runs it.
 *
 * It answers only to who has a key, because texts under embargo are public in it and any page in a browser can ask
 * the ports of this machine. And it publishes a text with an embargo, or a date ahead, as if that moment had come.
 */

/** Lets the proxy in. */
export const KEY_HEADER = "x-preview-key";
/** The binding that holds the key. */
export const KEY_VARIABLE = "PREVIEW_KEY";

export const PREVIEW_ENTRY = `
import worker, { Newsroom as Ledger } from "./worker.js";
export { Renderer, Subscriber } from "./worker.js";

const HOURS_OF_A_DAY = "T14:00:00Z"; // by then the day has come in every time zone

export class Newsroom extends Ledger {
  publish(batch, options) {
    const moments = batch.flatMap(({ input: { embargo, date } }) => [
      embargo === undefined ? 0 : Date.parse(embargo) + 1000,
      Date.parse(date.length === 10 ? date + HOURS_OF_A_DAY : date),
    ]);
    const latest = Math.max(0, ...moments.filter(Number.isFinite));
    const now = () => Date.now();
    // The transaction asks first, and once.
    this.clock = () => {
      this.clock = now;
      return Math.max(now(), latest);
    };
    return super.publish(batch, options);
  }
}

export default {
  fetch(request, env, ctx) {
    const { headers } = request;
    const isOurs =
      headers.get("${KEY_HEADER}") === env.${KEY_VARIABLE} ||
      headers.get("authorization") === "Bearer " + env.ADMIN_TOKEN;
    return isOurs ? worker.fetch(request, env, ctx) : new Response(null, { status: 403 });
  },
};
`;
