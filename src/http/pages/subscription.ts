/**
 * `/subscriptions/ID`: the page of one subscription for its owner. The page is the same for everybody: its script takes
 * the token from the fragment of the URL, which no request has, and asks the API.
 */
import { newsroom } from "../../runtime/stubs.ts";
import { subscriptionPage } from "../../site/subscription-page.ts";
import type { Context } from "../context.ts";
import { pageNotFound } from "../documents/get-document.ts";
import { publicRegistry } from "../documents/nearest-values.ts";
import { pageHeaders } from "../documents/response.ts";
import { siteOf } from "../documents/site.ts";
import { chosenLanguage } from "./chosen-language.ts";

const ID = /^sub_[0-9a-f]{32}$/;

export async function getSubscriptionPage(c: Context): Promise<Response> {
  if (!ID.test(c.req.param("id") ?? "")) return pageNotFound(c);
  const [site, known, choices] = await Promise.all([
    siteOf(c),
    publicRegistry(c),
    newsroom(c.env).filterChoices(),
  ]);
  const lang = chosenLanguage(c, new URL(c.req.url).searchParams);
  return c.body(subscriptionPage(c.req.path, lang, choices, known, site), 200, pageHeaders("no-store", true));
}
