/**
 * `/subscriptions/ID`: the page of one subscription for its owner. The page is the same for everybody: its script takes
 * the token from the fragment of the URL, which no request has, and asks the API.
 */
import { subscriptionPage } from "../../site/subscription-page.ts";
import type { Context } from "../context.ts";
import { pageNotFound } from "../documents/get-document.ts";
import { pageHeaders } from "../documents/response.ts";
import { siteOf } from "../documents/site.ts";

const ID = /^sub_[0-9a-f]{32}$/;

export async function getSubscriptionPage(c: Context): Promise<Response> {
  if (!ID.test(c.req.param("id") ?? "")) return pageNotFound(c);
  return c.body(subscriptionPage(await siteOf(c)), 200, pageHeaders("no-store", true));
}
