/**
 * Calls the API of one subscription with the token from the fragment of the page's URL. No request line has the token.
 */
import { english, say } from "./words.js";

const id = location.pathname.split("/").pop();
let token = location.hash.slice(1);

export const hasToken = () => token !== "";

/** Replaces the token, also in the address of this page. */
export function useToken(replacement) {
  token = replacement;
  history.replaceState(null, "", `#${token}`);
}

/** What went wrong, as a person reads it. */
export class Refusal extends Error {
  /**
   * @param {Node | string} content
   * @param {boolean} isFinal nothing can be done any more with the link
   */
  constructor(content, isFinal = false) {
    super("refused");
    this.content = content;
    this.isFinal = isFinal;
  }
}

/**
 * @param {string} path below the subscription
 * @returns what the API answers
 * @throws {Refusal} if it refuses, or cannot be reached
 */
export async function call(method, path, body) {
  const headers = { authorization: `Bearer ${token}` };
  if (body !== undefined) headers["content-type"] = "application/json";
  const answer = await reach(`/api/v1/subscriptions/${id}${path}`, {
    method,
    headers,
    body: body === undefined ? undefined : JSON.stringify(body),
    cache: "no-store",
  });
  const json = parseJson(await answer.text());
  if (answer.ok) return json;
  if (answer.status === 401) throw new Refusal(say("tokenWrong"), true);
  if (answer.status === 404) throw new Refusal(say("gone"), true);
  const errors = (json.errors ?? []).map((each) => `${each.path.slice(1)} ${each.message}`);
  const words = [json.detail ?? json.title, ...errors].filter((each) => each !== undefined);
  throw new Refusal(words.length === 0 ? say("unreachable") : english(words.join(" ")));
}

/** Like fetch. @throws {Refusal} without an answer */
async function reach(url, options) {
  try {
    return await fetch(url, options);
  } catch {
    throw new Refusal(say("unreachable"));
  }
}

/** Returns {} for a body that is not JSON, such as a page of a proxy. */
function parseJson(text) {
  try {
    return JSON.parse(text);
  } catch {
    return {};
  }
}

/**
 * The id of the release with this address or id: the JSON of its page has it.
 *
 * @throws {Refusal} if there is none
 */
export async function releaseId(given) {
  const known = /[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/i.exec(given);
  if (known !== null) return known[0].toLowerCase();
  const url = URL.canParse(given, location.origin) ? new URL(given, location.origin) : undefined;
  if (url?.origin !== location.origin) throw new Refusal(say("noText"));
  const path = url.pathname.replace(/(?:\/history|\.json|\.md|\/)$/, "");
  const answer = await reach(`${path}.json`);
  const { uri } = parseJson(await answer.text());
  if (typeof uri !== "string") throw new Refusal(say("noText"));
  return uri.replace("urn:uuid:", "");
}
