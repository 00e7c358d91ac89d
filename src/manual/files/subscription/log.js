/**
 * The log of deliveries, and why a text did not arrive.
 */
import { call, releaseId } from "./api.js";
import { at, element } from "./elements.js";
import { afterColon, english, formatNumber, formatTime, hasName, nameOf, say } from "./words.js";

/** Deliveries on one page of the log. */
const PAGE_SIZE = 20;
/** The cursor of the next page; null at the end. */
let next = null;

/** Shows the newest deliveries. */
export async function showLog() {
  const page = await readPage({});
  at("log").replaceChildren();
  addPage(page);
}

export async function showOlder() {
  addPage(await readPage({ cursor: next }));
}

/** Says of each event of a release what became of it. */
export async function explain({ release }) {
  at("reasons").replaceChildren();
  const given = release.value.trim();
  // A text can be named as the log names it.
  const inLog = [...at("log").querySelectorAll("a")].find(({ textContent }) => textContent === given);
  const id = await releaseId(inLog?.pathname ?? given);
  const { data } = await call("GET", `/deliveries?release=${id}`);
  at("reasons").replaceChildren(
    ...data.map((delivery) => {
      const details = detailsOf(delivery);
      const start = afterColon(nameOf("event", delivery.type), describeState(delivery));
      return element("li", {}, ...start, ...(details.length > 0 ? [" – ", ...details] : []));
    }),
    ...(data.length === 0 ? [element("li", {}, say("noEvents"))] : []),
  );
}

/** Whether a delivery that the log shows may still be sent soon. */
export const hasWaiting = () => at("log").querySelector("[data-state=pending]") !== null;

function readPage(place) {
  return call("GET", `/deliveries?${new URLSearchParams({ limit: PAGE_SIZE, ...place })}`);
}

function addPage(page) {
  at("log").append(...page.data.map(rowOf));
  at("no-deliveries").hidden = at("log").childElementCount > 0;
  next = page.next;
  at("older").hidden = next === null;
}

function rowOf(delivery) {
  const cells = [
    formatTime(delivery.created),
    nameOf("event", delivery.type),
    describeState(delivery),
    releaseLink(delivery),
  ];
  return element(
    "tr",
    { "data-state": delivery.state },
    ...cells.map((content) => element("td", {}, content)),
    element("td", {}, ...detailsOf(delivery)),
  );
}

/** Names the release by its title; by the beginning of its id if it was removed. */
function releaseLink({ release, title, lang }) {
  if (release === null) return "";
  return title === null
    ? element("a", { href: `/r/${release}`, dir: "ltr" }, release.slice(0, 8))
    : element("a", { href: `/r/${release}`, lang, dir: "auto" }, title);
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
