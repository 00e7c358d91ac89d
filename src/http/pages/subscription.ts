/**
 * `/subscriptions/ID`: the page of one subscription for its owner. The page is the same for everybody: its script takes
 * the token from the fragment of the URL, which no request has, and asks the API.
 */
import { SUBSCRIPTION_SCRIPT, subscriptionPage } from "../../site/subscription-page.ts";
import type { Context } from "../context.ts";
import { pageNotFound } from "../documents/get-document.ts";
import { pageHeaders } from "../documents/response.ts";
import { siteOf } from "../documents/site.ts";
import { ASSET_CACHE_SECONDS } from "../limits.ts";

const ID = /^sub_[0-9a-f]{32}$/;

export async function getSubscriptionPage(c: Context): Promise<Response> {
  if (!ID.test(c.req.param("id") ?? "")) return pageNotFound(c);
  return c.body(subscriptionPage(await siteOf(c)), 200, pageHeaders("no-store", true));
}

export function getSubscriptionScript(c: Context): Response {
  return c.body(SUBSCRIPTION_SCRIPT, 200, {
    "content-type": "text/javascript; charset=utf-8",
    "cache-control": `public, max-age=${ASSET_CACHE_SECONDS}`,
  });
}
