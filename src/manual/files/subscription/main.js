/**
 * The page of one subscription for its owner: what is known about it, and forms for what can be done with it.
 */
import { call, hasToken, Refusal, useToken } from "./api.js";
import { at } from "./elements.js";
import { explain, hasWaiting, showLog, showOlder } from "./log.js";
import { sections } from "./sections.js";
import { changesOf, fillAfresh, fillKeepingEdits } from "./settings.js";
import { showFacts } from "./view.js";
import { formatNumber, joinNames, nameOf, say } from "./words.js";

/** The subscription as the API showed it last. */
let shown;
/** Settles when all that was asked for so far has ended. */
let last = Promise.resolve();
/** The names of what runs or waits for its turn. */
const running = new Set();
/** Pauses between looks at deliveries that wait, in milliseconds. */
const FOLLOW_MS = [500, 1_000, 2_000, 4_000, 8_000, 16_000];

function message(content) {
  at("message").replaceChildren(content);
}

/** Does one thing after the other. */
function inTurn(work) {
  const done = last.then(work);
  last = done.catch(() => undefined);
  return done;
}

/** Runs what a person asked for in its turn, and says how it ended. A second click before the end does nothing. */
function run(name, work, done) {
  if (running.has(name)) return;
  running.add(name);
  const hadFocus = document.activeElement !== document.body;
  void inTurn(async () => {
    message("…");
    try {
      const result = await work();
      message(typeof done === "function" ? done(result) : done);
    } catch (error) {
      message(error instanceof Refusal ? error.content : say("unreachable"));
      if (error.isFinal === true) at("loaded").hidden = true;
      if (!(error instanceof Refusal)) throw error;
    } finally {
      running.delete(name);
      if (hadFocus) keepFocus();
    }
  });
}

/** A button that is hidden loses the focus to the whole page. */
function keepFocus() {
  const { activeElement, body } = document;
  if (activeElement === body || activeElement?.closest("[hidden]")) at("message").focus();
}

function onClick(id, work, done) {
  at(id).addEventListener("click", () => run(id, work, done));
}

function onSubmit(id, work, done) {
  at(id).addEventListener("submit", (event) => {
    event.preventDefault();
    run(id, () => work(event.target.elements), done);
  });
}

async function refresh() {
  shown = await call("GET", "");
  await showFacts(shown);
  fillKeepingEdits(shown);
  at("loaded").hidden = false;
  await showLog();
}

/** Calls an action of the API. It has succeeded even if the page cannot be read again afterwards. */
async function act(action, body) {
  const result = await call("POST", `/${action}`, body);
  await refresh().catch(() => undefined);
  void follow();
  return result;
}

/** Reads the log again while deliveries wait, for half a minute at most. */
async function follow() {
  for (const pauseMs of FOLLOW_MS) {
    if (!hasWaiting()) return;
    // The API does not say when a delivery ends.
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
    await inTurn(refresh).catch(() => undefined);
  }
}

function listen() {
  onClick("test", () => act("test"), describeTests);
  onClick("pause", () => act("pause"), say("pauseDone"));
  onClick(
    "resume",
    () => act("resume"),
    () => describeSending("resumeDone"),
  );
  onClick("verify", () => act("verify"), say("verifyDone"));
  onClick("older", showOlder, "");
  onClick("delete", remove, say("deleteDone"));
  onClick("new-secret", newSecret, say("secretDone"));
  onClick("new-link", newLink, say("linkDone"));
  onSubmit(
    "replay",
    ({ from }) => act("replay", { from: new Date(from.value).toISOString() }),
    () => describeSending("replayDone"),
  );
  onSubmit("change", change, say("saveDone"));
  onSubmit("why", explain, "");
}

/** Events are sent at once only while the subscription is active. If it is disabled, its state says why. */
function describeSending(done) {
  const texts = { active: say(done), paused: say("pauseDone") };
  return texts[shown.status] ?? "";
}

/** Teams is sent two tests, one in each shape, because a flow shows only one of them. */
function describeTests({ tests }) {
  if (tests === undefined) return say("testDone");
  const choices = tests.map(({ number, shape }) => `${formatNumber(number)} = ${nameOf("shape", shape)}`);
  return say("testsDone", { choices: joinNames(choices) });
}

async function change() {
  shown = await call("GET", "");
  await showFacts(shown);
  fillKeepingEdits(shown);
  const changes = changesOf(shown);
  if (Object.keys(changes).length > 0) shown = await call("PATCH", "", changes);
  await showFacts(shown);
  fillAfresh(shown);
  await showLog().catch(() => undefined);
}

async function remove() {
  if (!confirm(say("deleteSure"))) throw new Refusal(say("deleteNot"));
  await call("DELETE", "");
  at("loaded").hidden = true;
}

async function newSecret() {
  at("secret").textContent = (await call("POST", "/rotate-secret")).secret;
}

async function newLink() {
  useToken((await call("POST", "/rotate-token")).token);
  keepTokenInLanguageMenu();
  at("link").textContent = location.href;
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
  run("refresh", refresh, "");
} else message(say("tokenMissing"));
