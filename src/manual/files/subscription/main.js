/**
 * The page of one subscription for its owner: what is known about it, and forms for what can be done with it.
 */
import { call, hasToken, Refusal, releaseId, useToken } from "./api.js";
import { at, element } from "./elements.js";
import { chosenFilter, describeFilter, showFilter } from "./filter.js";
import { sections } from "./sections.js";
import { count, english, list, milliseconds, nameOf, percent, say, when } from "./words.js";

/** Deliveries on one page of the log. */
const PAGE_SIZE = 20;
/** The names of the formats of deliveries. */
const formats = JSON.parse(at("subscription").dataset.formats);
/** Where the log goes on; null at its end. */
let next = null;
/** The subscription as the API showed it last. */
let shown;

function message(content) {
  at("message").replaceChildren(content);
}

/** Runs what a person asked for, and says how it ended. */
async function run(work, done) {
  message("…");
  try {
    const result = await work();
    message(typeof done === "function" ? done(result) : done);
  } catch (error) {
    message(error instanceof Refusal ? error.content : say("unreachable"));
    if (!(error instanceof Refusal)) throw error;
  }
}

function onClick(id, work, done) {
  at(id).addEventListener("click", () => void run(work, done));
}

function onSubmit(id, work, done) {
  at(id).addEventListener("submit", (event) => {
    event.preventDefault();
    void run(() => work(event.target.elements), done);
  });
}

async function refresh() {
  show(await call("GET", ""));
  await showLog(null);
}

async function act(action, body) {
  const result = await call("POST", `/${action}`, body);
  await refresh();
  return result;
}

function show(view) {
  shown = view;
  const state = nameOf("status", view.status);
  at("state").replaceChildren(
    say("since", { state, time: when(view.since) }),
    ...(view.reason ? [": ", english(view.reason)] : []),
    ...(view.status === "pending" ? [element("br", {}), say("unconfirmed")] : []),
  );
  at("facts").replaceChildren(
    ...factsOf(view)
      .filter(([, text]) => text)
      .map(([name, text]) => element("div", {}, element("dt", {}, name), element("dd", {}, text))),
  );
  const isStopped = view.status === "paused" || view.status === "disabled";
  at("pause").hidden = at("test").hidden = view.status !== "active";
  at("resume").hidden = !(view.proved && isStopped);
  at("verify").hidden = view.proved;
  fillIn(view);
  at("loaded").hidden = false;
}

function factsOf(view) {
  const { health } = view;
  return [
    [say("address"), element("span", { dir: "ltr" }, view.url)],
    [say("name"), view.description],
    [say("format"), formats[view.format]],
    ...describeFilter(view.filter),
    [say("events"), list(view.events.map(eventName))],
    [say("attemptsSucceeded"), health.successRate === null ? "" : percent(health.successRate)],
    [say("answerTime"), health.medianLatencyMs === null ? "" : milliseconds(health.medianLatencyMs)],
    [say("waiting"), count(health.waiting)],
    [say("nextAttempt"), health.nextAttempt && when(health.nextAttempt)],
    [say("lastSuccess"), health.lastSuccess ? when(health.lastSuccess) : say("never")],
    [say("lastFailure"), health.lastFailure ? when(health.lastFailure) : say("never")],
    [say("blocked"), health.blocked && english(health.blocked)],
  ];
}

function eventName(type) {
  return nameOf("event", type);
}

/** Fills in the form for changes. */
function fillIn(view) {
  const { url, description, content, shape } = at("change").elements;
  url.value = view.url;
  description.value = view.description ?? "";
  content.value = view.content;
  shape.value = view.shape ?? "message";
  const isChat = ["slack", "teams", "telegram"].includes(view.format);
  at("shape-field").hidden = view.format !== "teams";
  at("content-field").hidden = at("secret-overlap").hidden = at("new-secret").hidden = isChat;
  for (const box of at("events").querySelectorAll("input")) box.checked = view.events.includes(box.value);
  showFilter(view.filter);
}

/** @param {string | null} cursor null: from the newest delivery on */
async function showLog(cursor) {
  const page = await call(
    "GET",
    `/deliveries?${new URLSearchParams({ limit: PAGE_SIZE, ...(cursor && { cursor }) })}`,
  );
  const rows = page.data.map((delivery) =>
    element(
      "tr",
      {},
      ...[
        when(delivery.created),
        eventName(delivery.type),
        releaseLink(delivery.release),
        stateOf(delivery),
      ].map((content) => element("td", {}, content)),
      element("td", {}, ...detailsOf(delivery)),
    ),
  );
  if (cursor === null) at("log").replaceChildren(...rows);
  else at("log").append(...rows);
  at("no-deliveries").hidden = at("log").childElementCount > 0;
  next = page.next;
  at("older").hidden = next === null;
}

function releaseLink(release) {
  return release === null ? "" : element("a", { href: `/r/${release}`, dir: "ltr" }, release.slice(0, 8));
}

function stateOf({ state, attempts }) {
  const name = nameOf("delivery", state);
  return attempts > 1 ? `${name} (${say("attempts", { count: count(attempts) })})` : name;
}

/** Why a delivery is in its state, as far as the log says it. */
function detailsOf({ state, code, reason, waitsFor, nextAttempt }) {
  const known = state === "not-sent" ? nameOf("not-sent", code) : undefined;
  const said = reason ?? (waitsFor ? `waits for ${waitsFor.what}` : undefined);
  const isAnswered = state === "not-sent" && known !== code;
  return [
    ...(isAnswered ? [known] : said ? [english(said)] : []),
    // Which conditions the text does not meet.
    ...(code === "filter-does-not-match" ? [" ", english(`(${reason})`)] : []),
    ...(nextAttempt ? [" ", element("span", {}, `${say("nextAttempt")}: ${when(nextAttempt)}`)] : []),
  ];
}

function listen() {
  onClick("test", () => act("test"), testSaid);
  onClick("pause", () => act("pause"), say("pauseDone"));
  onClick("resume", () => act("resume"), say("resumeDone"));
  onClick("verify", () => act("verify"), say("verifyDone"));
  onClick("older", () => showLog(next), "");
  onClick("delete", remove, say("deleteDone"));
  onClick("new-secret", newSecret, say("secretDone"));
  onClick("new-link", newLink, say("linkDone"));
  onSubmit(
    "replay",
    ({ from }) => act("replay", { from: new Date(from.value).toISOString() }),
    say("replayDone"),
  );
  onSubmit("change", change, say("saveDone"));
  onSubmit("why", explain, "");
}

/** Of Teams there are two tests, because the flow drops one of them. */
function testSaid({ tests }) {
  if (tests === undefined) return say("testDone");
  const choices = tests.map(({ number, shape }) => `${count(number)} = ${nameOf("shape", shape)}`);
  return say("testsDone", { choices: list(choices) });
}

async function remove() {
  if (!confirm(say("deleteSure"))) throw new Refusal(say("deleteNot"));
  await call("DELETE", "");
  at("loaded").hidden = true;
}

async function newSecret() {
  at("key").textContent = (await call("POST", "/rotate-secret")).secret;
}

async function newLink() {
  useToken((await call("POST", "/rotate-token")).token);
  keepTokenInLanguageMenu();
  at("key").textContent = location.href;
}

async function change({ url, description, content, shape }) {
  const events = [...at("events").querySelectorAll("input:checked")].map((box) => box.value);
  await call("PATCH", "", {
    description: description.value || null,
    filter: chosenFilter(shown.filter),
    // Those without a box stay.
    events: [...events, ...shown.events.filter((name) => !name.startsWith("release."))],
    ...(at("content-field").hidden ? {} : { content: content.value }),
    ...(shown.format === "teams" ? { shape: shape.value } : {}),
    ...(url.value !== "" && url.value !== shown.url ? { url: url.value } : {}),
  });
  await refresh();
}

async function explain({ release }) {
  const id = await releaseId(release.value.trim());
  const { data } = await call("GET", `/deliveries?release=${id}`);
  at("reasons").replaceChildren(
    ...data.map((delivery) => {
      const details = detailsOf(delivery);
      const start = `${eventName(delivery.type)}: ${stateOf(delivery)}`;
      return element("li", {}, start, ...(details.length > 0 ? [" – ", ...details] : []));
    }),
    ...(data.length === 0 ? [element("li", {}, say("noEvents"))] : []),
  );
}

/** The page in another language needs the token too. It stays in the fragment, which no request has. */
function keepTokenInLanguageMenu() {
  for (const link of document.querySelectorAll("header a[hreflang]")) {
    if (link.pathname === location.pathname) link.hash = location.hash;
  }
}

at("loaded").append(...sections());
if (hasToken()) {
  keepTokenInLanguageMenu();
  listen();
  void run(refresh, "");
} else message(say("tokenMissing"));
