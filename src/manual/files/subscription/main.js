/**
 * The page of one subscription for its owner: what is known about it, and forms for what can be done with it.
 */
import { call, hasToken, Refusal, releaseId, useToken } from "./api.js";
import { at, element } from "./elements.js";
import { addBoxes, chosenFilter, describeFilter, showFilter } from "./filter.js";
import { sections } from "./sections.js";
import {
  afterColon,
  english,
  formatMilliseconds,
  formatNumber,
  formatPercent,
  formatTime,
  hasName,
  joinNames,
  nameOf,
  say,
} from "./words.js";

/** Deliveries on one page of the log. */
const PAGE_SIZE = 20;
/** Formats without a secret: nothing signs their deliveries. */
const CHATS = ["slack", "teams", "telegram"];
/** The names of the formats of deliveries. */
const formats = JSON.parse(at("subscription").dataset.formats);
/** The cursor of the next page of the log; null at its end. */
let next = null;
/** The subscription as the API showed it last, and the values of the form for changes that it was filled with. */
let shown;
let filled;
let isBusy = false;

function message(content) {
  at("message").replaceChildren(content);
}

/** Runs what a person asked for, one thing at a time, and says how it ended. */
async function run(work, done) {
  if (isBusy) return;
  isBusy = true;
  const hadFocus = document.activeElement !== document.body;
  message("…");
  try {
    const result = await work();
    message(typeof done === "function" ? done(result) : done);
  } catch (error) {
    message(error instanceof Refusal ? error.content : say("unreachable"));
    if (!(error instanceof Refusal)) throw error;
  } finally {
    isBusy = false;
    // A button that has hidden itself loses the focus to the whole page.
    if (hadFocus && document.activeElement === document.body) at("message").focus();
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
  await show(await call("GET", ""));
  await showLog(null);
}

/** What was done is done, even if the page cannot be brought up to date. */
async function act(action, body) {
  const result = await call("POST", `/${action}`, body);
  await refresh().catch(() => undefined);
  return result;
}

async function show(view) {
  await addBoxes(view.filter);
  shown = view;
  const state = nameOf("status", view.status);
  at("state").replaceChildren(
    ...(view.reason
      ? afterColon(say("since", { state, time: formatTime(view.since) }), english(view.reason))
      : [say("since", { state, time: formatTime(view.since) })]),
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
  // What is being changed stays.
  if (filled === undefined) fillIn(view);
  at("loaded").hidden = false;
}

function factsOf(view) {
  const { health } = view;
  return [
    [say("address"), element("span", { dir: "ltr" }, view.url)],
    [say("name"), view.description && element("span", { dir: "auto" }, view.description)],
    [say("format"), formats[view.format]],
    ...describeFilter(view.filter),
    [say("events"), joinNames(view.events.map(eventName))],
    [say("attemptsSucceeded"), health.successRate === null ? "" : formatPercent(health.successRate)],
    [say("answerTime"), health.medianLatencyMs === null ? "" : formatMilliseconds(health.medianLatencyMs)],
    [say("waiting"), formatNumber(health.waiting)],
    [say("nextAttempt"), health.nextAttempt && formatTime(health.nextAttempt)],
    [say("lastSuccess"), health.lastSuccess ? formatTime(health.lastSuccess) : say("never")],
    [say("lastFailure"), health.lastFailure ? formatTime(health.lastFailure) : say("never")],
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
  const isChat = CHATS.includes(view.format);
  at("shape-field").hidden = view.format !== "teams";
  at("content-field").hidden = at("secret-overlap").hidden = at("new-secret").hidden = isChat;
  for (const box of at("events").querySelectorAll("input")) box.checked = view.events.includes(box.value);
  showFilter(view.filter);
  filled = formValues();
}

/** The values of the form for changes, as the API takes them. */
function formValues() {
  const { url, description, content, shape } = at("change").elements;
  return {
    url: url.value,
    description: description.value || null,
    filter: chosenFilter(),
    events: [...at("events").querySelectorAll("input:checked")].map((box) => box.value),
    content: content.value,
    shape: shape.value,
  };
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
        formatTime(delivery.created),
        eventName(delivery.type),
        releaseLink(delivery.release),
        describeState(delivery),
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

function describeState({ state, attempts }) {
  const name = nameOf("delivery", state);
  return attempts > 1 ? `${name} (${say("attempts", { count: formatNumber(attempts) })})` : name;
}

/** Why a delivery is in its state, as far as the log says it. */
function detailsOf({ state, code, reason, waitsFor, nextAttempt }) {
  if (state === "not-sent" && hasName("not-sent", code)) {
    // The reason names the conditions that the text does not meet.
    const isFilter = code === "filter-does-not-match";
    return [nameOf("not-sent", code), ...(isFilter ? [" ", english(`(${reason})`)] : [])];
  }
  if (waitsFor?.what === "answer") return [say("waits.answer")];
  return [
    ...(reason ? [english(reason), " "] : []),
    ...(nextAttempt ? afterColon(say("nextAttempt"), formatTime(nextAttempt)) : []),
  ];
}

function listen() {
  onClick("test", () => act("test"), describeTests);
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

/** Teams is sent two tests, one in each shape, because a flow shows only one of them. */
function describeTests({ tests }) {
  if (tests === undefined) return say("testDone");
  const choices = tests.map(({ number, shape }) => `${formatNumber(number)} = ${nameOf("shape", shape)}`);
  return say("testsDone", { choices: joinNames(choices) });
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

/** Sends only what a person has changed, so that changes from elsewhere stay. */
async function change() {
  const changes = Object.fromEntries(
    Object.entries(formValues()).filter(
      ([name, value]) => JSON.stringify(value) !== JSON.stringify(filled[name]),
    ),
  );
  // Keeps events without a box, such as operational.
  if (changes.events) changes.events.push(...shown.events.filter((name) => !name.startsWith("release.")));
  // An empty address is no change.
  if (changes.url === "") delete changes.url;
  if (Object.keys(changes).length === 0) return;
  const view = await call("PATCH", "", changes);
  filled = undefined;
  await show(view);
  await showLog(null).catch(() => undefined);
}

async function explain({ release }) {
  const id = await releaseId(release.value.trim());
  const { data } = await call("GET", `/deliveries?release=${id}`);
  at("reasons").replaceChildren(
    ...data.map((delivery) => {
      const details = detailsOf(delivery);
      const start = afterColon(eventName(delivery.type), describeState(delivery));
      return element("li", {}, ...start, ...(details.length > 0 ? [" – ", ...details] : []));
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

/** The link to the text of the page would replace the token in the fragment. */
function skipWithoutFragment() {
  const main = at("main");
  main.tabIndex = -1;
  document.querySelector("a.skip").addEventListener("click", (event) => {
    event.preventDefault();
    main.focus();
  });
}

skipWithoutFragment();
// A link to this page that is opened in the same tab changes the fragment alone.
addEventListener("hashchange", () => location.reload());
at("loaded").append(...sections());
if (hasToken()) {
  keepTokenInLanguageMenu();
  listen();
  void run(refresh, "");
} else message(say("tokenMissing"));
