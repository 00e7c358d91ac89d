/**
 * `/subscribe`: a person chooses what to receive, sees what would have matched, and takes it as a feed or as deliveries.
 */
import { defined } from "../../domain/defined.ts";
import { type Filter, filterFromQuery } from "../../domain/filter.ts";
import { invalid, type Issue, parse, type Result } from "../../domain/issues.ts";
import { FILTER_NAMES, queryIssues } from "../../domain/query-names.ts";
import { validateFilterLanguages } from "../../domain/registry.ts";
import { PAYLOAD_FORMATS, subscriptionInput } from "../../domain/subscription.ts";
import { newsroom } from "../../runtime/stubs.ts";
import { TELEGRAM_FIELDS } from "../../site/delivery-form.ts";
import { type SubscribeForm, subscribePage } from "../../site/subscribe-page.ts";
import { type Subscribed, subscribedPage } from "../../site/subscribed-page.ts";
import { FORMATS } from "../../webhooks/payload.ts";
import { postSubscription } from "../api/subscriptions.ts";
import type { Context } from "../context.ts";
import { nameNearestValues, publicRegistry } from "../documents/nearest-values.ts";
import { pageHeaders } from "../documents/response.ts";
import { siteOf } from "../documents/site.ts";
import { readForm } from "../form-body.ts";
import { FORM_BYTES_MAX, PREVIEW_DAYS } from "../limits.ts";
import { unauthorized } from "../problem.ts";
import { chosenLanguage } from "./chosen-language.ts";

const DAY_SECONDS = 86_400;
/** Fields of the second form, which its page keeps. */
const KEPT = ["url", "format", "description", "secret", ...TELEGRAM_FIELDS.map(({ name }) => name)] as const;
/** Fields with a secret, which no page shows again. */
const SECRET_FIELDS: readonly string[] = ["secret", "telegram.token"];

/** `GET /subscribe?…filter…` */
export async function getSubscribe(c: Context): Promise<Response> {
  return show(c, new URL(c.req.url).searchParams, [], 200);
}

/** `POST /subscribe`: the page with the secret and the link to the subscription, or the form with what is wrong. */
export async function postSubscribe(c: Context): Promise<Response> {
  if (c.var.config.subscriptions !== "open") return unauthorized(c);
  const form = await readForm(c, FORM_BYTES_MAX);
  if (form instanceof Response) return showRefusal(c, new URLSearchParams(), form);
  // A page of another site could send the form of a visitor: the visitor sees it filled in, and decides.
  const isOwnForm = ["same-origin", "none", undefined].includes(c.req.header("sec-fetch-site"));
  if (!isOwnForm) return show(c, form, [], 403);
  const filter = filterOf(form);
  if (!filter.ok) return show(c, form, filter.issues, 422);
  const given = new Map(KEPT.map((name) => [name, form.get(name)?.trim() || undefined] as const));
  const [token, chat] = [given.get("telegram.token"), given.get("telegram.chat")];
  const input = parse(
    subscriptionInput,
    defined({
      url: given.get("url"),
      format: given.get("format"),
      description: given.get("description"),
      secret: given.get("secret"),
      telegram: token === undefined && chat === undefined ? undefined : { token, chat },
      filter: filter.value,
    }),
  );
  if (!input.ok) return show(c, form, input.issues, 422);
  const answer = await postSubscription(c, input.value);
  if (answer.status === 201) {
    const [known, site] = [await publicRegistry(c), await siteOf(c)];
    const html = subscribedPage(await answer.json<Subscribed>(), chosenLanguage(c, form), known, site);
    return c.body(html, 201, pageHeaders("no-store", true));
  }
  return showRefusal(c, form, answer);
}

/** @param refusal a problem of the API, which the page shows in place of its JSON */
async function showRefusal(c: Context, form: URLSearchParams, refusal: Response): Promise<Response> {
  const { detail, errors = [] } = await refusal.json<{ detail?: string; errors?: Issue[] }>();
  const issues = errors.length > 0 ? errors : [{ path: "", message: detail ?? "The request was refused." }];
  const retryAfter = refusal.headers.get("retry-after");
  const page = await show(c, form, issues, refusal.status);
  if (retryAfter !== null) page.headers.set("retry-after", retryAfter);
  return page;
}

/** A misspelt field would otherwise subscribe to everything. */
function filterOf(given: URLSearchParams): Result<Filter> {
  const misspelt = queryIssues(given.toString(), [...FILTER_NAMES, "ui", ...KEPT]);
  return misspelt.length > 0 ? invalid(...misspelt) : filterFromQuery(given);
}

/** @param given the fields of the forms; those of the filter may be wrong */
async function show(
  c: Context,
  given: URLSearchParams,
  issues: readonly Issue[],
  status: number,
): Promise<Response> {
  const { config } = c.var;
  const parsed = filterOf(given);
  const foreign = parsed.ok ? validateFilterLanguages(parsed.value, config.site.languages) : parsed.issues;
  const filter: Filter = parsed.ok && foreign.length === 0 ? parsed.value : {};
  const ledger = newsroom(c.env);
  const [site, known, choices, found] = await Promise.all([
    siteOf(c),
    publicRegistry(c),
    ledger.filterChoices(),
    ledger.matches(filter, Math.floor(Date.now() / 1000) - PREVIEW_DAYS * DAY_SECONDS),
  ]);
  const unknown = found.kind === "unknown" ? await nameNearestValues(c, found.values) : [];
  const wrong = [...issues, ...(issues.length > 0 ? [] : [...foreign, ...unknown])];
  const isUsable = found.kind === "matches" && foreign.length === 0;
  const form: SubscribeForm = {
    lang: chosenLanguage(c, given),
    filter,
    choices,
    known,
    matches: isUsable ? found : undefined,
    fields:
      config.subscriptions === "open"
        ? Object.fromEntries(KEPT.map((name) => [name, isSecret(name, given) ? "" : (given.get(name) ?? "")]))
        : undefined,
    issues: wrong,
  };
  const html = subscribePage(form, site);
  const refused = wrong.length > 0 && status === 200 ? 422 : status;
  return new Response(html, { status: refused, headers: pageHeaders("no-store", true) });
}

/** The URL of a chat is a secret, too. */
function isSecret(name: string, given: URLSearchParams): boolean {
  const format = PAYLOAD_FORMATS.find((each) => each === given.get("format"));
  const isChatUrl = name === "url" && format !== undefined && FORMATS[format].hasSecretUrl;
  return isChatUrl || SECRET_FIELDS.includes(name);
}
