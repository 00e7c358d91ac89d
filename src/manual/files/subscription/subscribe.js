/**
 * Joins the two forms of /subscribe, and gives the page that follows them an address. The page works without this script:
 * then the filters count that were last shown, and a reload sends the form again.
 */
import "../copy.js";

const KEPT = "subscribe";
const [filters, delivery] = [document.querySelector("form.filters"), document.querySelector("form.webhook")];

if (filters !== null && delivery !== null) {
  sendTickedFilters();
  keepWritten();
}
for (const link of document.querySelectorAll("a[data-stays]")) stayAt(link);

/** The second form has the filters that were last shown: those that are ticked now replace them. */
function sendTickedFilters() {
  delivery.addEventListener("formdata", ({ formData }) => {
    for (const { name } of filters.elements) formData.delete(name);
    for (const [name, value] of new FormData(filters)) if (value !== "") formData.append(name, value);
  });
}

/** What was written in the second form stays when the first one loads the page again. No URL may have it: some is secret. */
function keepWritten() {
  const fields = [...delivery.elements].filter(({ name, type }) => name !== "" && type !== "hidden");
  const kept = JSON.parse(sessionStorage.getItem(KEPT) ?? "{}");
  sessionStorage.removeItem(KEPT);
  for (const field of fields) {
    if (kept[field.name] !== undefined) field.value = kept[field.name];
    // A field that is filled in must not hide.
    const details = field.closest("details");
    if (details !== null && field.value !== "") details.open = true;
  }
  filters.addEventListener("submit", () => {
    sessionStorage.setItem(
      KEPT,
      JSON.stringify(Object.fromEntries(fields.map(({ name, value }) => [name, value]))),
    );
  });
}

/** Makes the address of the link that of the window: a reload leads to it, and does not send the form again. */
function stayAt(link) {
  history.replaceState(null, "", link.href);
  // A browser only scrolls where a link leads to the address that the window has.
  link.addEventListener("click", (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    location.reload();
  });
}
