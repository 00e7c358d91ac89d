"use strict";

// The search of the manual. It asks for the index when somebody begins to search.
const form = document.querySelector("#search");
const field = document.querySelector("#words");
const tally = document.querySelector("#tally");
const found = document.querySelector("#found");
const SHOWN_MAX = 12;
let index;

form.hidden = false;
form.addEventListener("submit", (event) => {
  event.preventDefault();
  found.querySelector("a")?.click();
});
field.addEventListener("input", () => void show());

// A phone shows the text first.
if (matchMedia("(max-width: 60rem)").matches) document.querySelector(".menu details").open = false;

async function show() {
  const words = field.value.toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0) return list([], "");
  index ??= fetch("/docs/search.json").then((answer) => answer.json());
  const entries = await index;
  if (field.value.toLowerCase().split(/\s+/).filter(Boolean).join() !== words.join()) return;
  const results = entries
    .map((entry) => ({ entry, score: score(entry, words) }))
    .filter((result) => result.score > 0)
    .sort((one, other) => other.score - one.score);
  list(
    results.slice(0, SHOWN_MAX).map(({ entry }) => item(entry, words)),
    results.length === 0 ? "Nothing found" : `Found: ${results.length}`,
  );
}

/** Every word must be there; one in a heading counts more, and most as all of it. */
function score({ page, heading, text }, words) {
  const title = (heading ?? page).toLowerCase();
  const body = `${page} ${text}`.toLowerCase();
  let sum = 0;
  for (const word of words) {
    if (title === word) sum += 100;
    else if (title.includes(word)) sum += 20;
    else if (body.includes(word)) sum += 1;
    else return 0;
  }
  return sum;
}

function item({ at, page, heading, text }, words) {
  const link = document.createElement("a");
  link.href = at;
  link.textContent = heading === undefined ? page : `${page}: ${heading}`;
  const extract = document.createElement("p");
  extract.textContent = around(text, words);
  const row = document.createElement("li");
  row.append(link, extract);
  return row;
}

/** The text around the first word that is found. */
function around(text, words) {
  const lower = text.toLowerCase();
  const first = Math.max(0, ...words.map((word) => lower.indexOf(word)));
  const start = Math.max(0, text.lastIndexOf(" ", Math.max(0, first - 40)));
  return `${start > 0 ? "… " : ""}${text.slice(start, start + 140).trim()}${text.length > start + 140 ? " …" : ""}`;
}

function list(rows, message) {
  found.replaceChildren(...rows);
  tally.textContent = message;
}
