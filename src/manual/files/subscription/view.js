/**
 * What is known about a subscription.
 */
import { at, element } from "./elements.js";
import { addBoxes, describeFilter } from "./filter.js";
import {
  afterColon,
  english,
  formatMilliseconds,
  formatNumber,
  formatPercent,
  formatTime,
  joinNames,
  nameOf,
  say,
} from "./words.js";

/** The names of the formats of deliveries. */
const formats = JSON.parse(at("subscription").dataset.formats);

export async function showFacts(view) {
  await addBoxes(view.filter);
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
  at("replay").closest("section").hidden = !view.proved;
}

function factsOf(view) {
  const { health } = view;
  return [
    [say("address"), element("span", { dir: "ltr" }, view.url)],
    [say("name"), view.description && element("span", { dir: "auto" }, view.description)],
    [say("format"), formats[view.format]],
    ...describeFilter(view.filter),
    [say("events"), joinNames(view.events.map((type) => nameOf("event", type)))],
    [say("attemptsSucceeded"), health.successRate === null ? "" : formatPercent(health.successRate)],
    [say("answerTime"), health.medianLatencyMs === null ? "" : formatMilliseconds(health.medianLatencyMs)],
    [say("waiting"), formatNumber(health.waiting)],
    [say("nextAttempt"), health.nextAttempt && formatTime(health.nextAttempt)],
    [say("lastSuccess"), health.lastSuccess ? formatTime(health.lastSuccess) : say("never")],
    [say("lastFailure"), health.lastFailure ? formatTime(health.lastFailure) : say("never")],
    [say("blocked"), health.blocked && english(health.blocked)],
  ];
}
