// The script of a subscription's page. It calls the API with the token from the fragment, and writes what it gets as text,
// never as HTML.
"use strict";
let token = location.hash.slice(1);
const id = location.pathname.split("/").pop();
const at = (name) => document.getElementById(name);
const message = (text) => {
  at("message").textContent = text;
};
let next = null;

async function call(method, path, body) {
  const headers = { authorization: "Bearer " + token };
  if (body !== undefined) headers["content-type"] = "application/json";
  const answer = await fetch("/api/v1/subscriptions/" + id + path, {
    method,
    headers,
    body: body === undefined ? undefined : JSON.stringify(body),
    cache: "no-store",
  });
  const text = await answer.text();
  const json = text === "" ? {} : JSON.parse(text);
  if (answer.ok) return json;
  if (answer.status === 401)
    throw new Error("The link does not open this subscription: its token is missing, wrong or replaced.");
  if (answer.status === 404 && path === "") throw new Error("This subscription is deleted.");
  const errors = (json.errors || []).map((each) => each.path.slice(1) + " " + each.message);
  throw new Error([json.detail || json.title, ...errors].join(" "));
}

const when = (instant) => new Date(instant).toLocaleString();

function describe(each) {
  const next = each.nextAttempt ? " Next attempt " + when(each.nextAttempt) + "." : "";
  return (each.reason || (each.waitsFor ? "waits for " + each.waitsFor.what : "")) + next;
}

function showView(view) {
  const { health } = view;
  const events = view.events.join(", ");
  at("state").textContent =
    view.status +
    " since " +
    when(view.since) +
    (view.reason ? ": " + view.reason : "") +
    (view.status === "pending" ? ". The endpoint has not confirmed yet: nothing else is sent to it." : ".");
  const rate =
    health.successRate === null
      ? "no attempts yet"
      : Math.round(health.successRate * 100) + " % of the last attempts succeeded";
  const facts = {
    Address: view.url,
    Name: view.description || "",
    Format: view.format,
    Events: events,
    Filter: JSON.stringify(view.filter),
    Health:
      rate + (health.medianLatencyMs === null ? "" : ", typically in " + health.medianLatencyMs + " ms"),
    Waiting: health.waiting + (health.nextAttempt ? ", next attempt " + when(health.nextAttempt) : ""),
    "Last success": health.lastSuccess ? when(health.lastSuccess) : "none",
    "Last failure": health.lastFailure ? when(health.lastFailure) : "none",
    Blocked: health.blocked || "",
  };
  at("facts").replaceChildren(
    ...Object.entries(facts)
      .filter(([, text]) => text !== "")
      .map(([name, text]) => {
        const row = document.createElement("div");
        row.append(cell("dt", name), cell("dd", text));
        return row;
      }),
  );
  at("pause").hidden = view.status !== "active";
  at("resume").hidden = !(view.proved && (view.status === "paused" || view.status === "disabled"));
  at("verify").hidden = view.proved;
  at("test").hidden = view.status !== "active";
  const form = at("change");
  form.elements.url.value = view.url;
  form.elements.description.value = view.description || "";
  form.elements.content.value = view.content;
  at("of-teams").hidden = view.format !== "teams";
  at("of-signed").hidden = at("rotate-secret").hidden = ["slack", "teams", "telegram"].includes(view.format);
  form.elements.shape.value = view.shape || "message";
  form.elements.filter.value = JSON.stringify(view.filter, null, 2);
  for (const box of form.querySelectorAll("[name=events]")) box.checked = view.events.includes(box.value);
  at("loaded").hidden = false;
}

function cell(name, content) {
  const element = document.createElement(name);
  element.append(content);
  return element;
}

function link(release) {
  const element = cell("a", release.slice(0, 8));
  element.href = "/r/" + release;
  return element;
}

async function log(cursor) {
  const page = await call(
    "GET",
    "/deliveries?limit=20" + (cursor ? "&cursor=" + encodeURIComponent(cursor) : ""),
  );
  const rows = page.data.map((each) => {
    const row = document.createElement("tr");
    const state = each.state + (each.attempts > 1 ? " ×" + each.attempts : "");
    row.append(
      cell("td", when(each.created)),
      cell("td", each.type),
      cell("td", each.release ? link(each.release) : ""),
      cell("td", state),
      cell("td", describe(each)),
    );
    return row;
  });
  if (cursor) at("log").append(...rows);
  else at("log").replaceChildren(...rows);
  at("nothing").hidden = at("log").childElementCount > 0;
  next = page.next;
  at("older").hidden = next === null;
}

async function refresh() {
  showView(await call("GET", ""));
  await log(null);
}

/** Runs what a person asked for, and says how it ended. */
async function run(work, done) {
  message("…");
  try {
    const result = await work();
    message(typeof done === "function" ? done(result) : done);
  } catch (error) {
    message(error.message);
  }
}

function onClick(name, work, done) {
  at(name).addEventListener("click", () => void run(work, done));
}

function onSubmit(name, work, done) {
  at(name).addEventListener("submit", (event) => {
    event.preventDefault();
    void run(() => work(event.target.elements), done);
  });
}

async function act(action, body) {
  const result = await call("POST", "/" + action, body);
  await refresh();
  return result;
}

onClick(
  "test",
  () => act("test"),
  (sent) => sent.question || "A test is on its way. The deliveries below show what becomes of it.",
);
onClick("pause", () => act("pause"), "Paused: events are held until you resume.");
onClick("resume", () => act("resume"), "Resumed: what was held is sent now.");
onClick("verify", () => act("verify"), "The endpoint is asked again.");
onClick("older", () => log(next), "");
onClick(
  "delete",
  async () => {
    if (!confirm("Delete this subscription and its log?")) throw new Error("Nothing was deleted.");
    await call("DELETE", "");
    at("loaded").hidden = true;
  },
  "The subscription is deleted.",
);
onClick(
  "rotate-secret",
  async () => {
    at("key").textContent = (await call("POST", "/rotate-secret")).secret;
  },
  "Keep the new secret: it is shown only here.",
);
onClick(
  "rotate-token",
  async () => {
    token = (await call("POST", "/rotate-token")).token;
    history.replaceState(null, "", "#" + token);
    at("key").textContent = location.href;
  },
  "Keep the new link: the former one no longer works.",
);

onSubmit(
  "replay",
  ({ from }) => act("replay", { from: new Date(from.value).toISOString() }),
  "Everything since then is sent again.",
);
onSubmit(
  "change",
  async ({ url, description, content, shape, filter }) => {
    const before = await call("GET", "");
    const events = [...at("change").querySelectorAll("[name=events]:checked")].map((box) => box.value);
    const wanted = {
      description: description.value || null,
      content: content.value,
      filter: JSON.parse(filter.value || "{}"),
      events: [...events, ...before.events.filter((name) => !name.startsWith("release."))],
    };
    if (before.format === "teams") wanted.shape = shape.value;
    if (url.value !== "" && url.value !== before.url) wanted.url = url.value;
    await call("PATCH", "", wanted);
    await refresh();
  },
  "Saved.",
);

onSubmit(
  "why",
  async ({ release }) => {
    const given = release.value.trim();
    const known = /[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/.exec(given);
    const found = known ? known[0] : await idAt(given);
    const page = await call("GET", "/deliveries?release=" + found);
    const lines = page.data.map(
      (each) => each.type + ": " + each.state + (describe(each) ? " – " + describe(each) : ""),
    );
    at("reasons").replaceChildren(
      ...(lines.length === 0 ? ["The release has had no event."] : lines).map((line) => cell("li", line)),
    );
  },
  "",
);

/** The id of the release with a page: its JSON has it. */
async function idAt(address) {
  const path = new URL(address, location.origin).pathname;
  const answer = await fetch(path + ".json");
  const { uri } = answer.headers.get("content-type")?.includes("json") ? await answer.json() : {};
  if (!uri) throw new Error("No release has this address.");
  return uri.replace("urn:uuid:", "");
}

if (token === "")
  message("This page needs the link that you got when you subscribed: it ends with the token.");
else void run(refresh, "");
