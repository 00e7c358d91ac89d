/**
 * Copies the address beside a button. HTML cannot do that. Without this script, or in a browser that lets no script copy,
 * the button stays hidden.
 */
const SHOWN_MS = 2000;

for (const button of document.querySelectorAll("button[data-copy]")) {
  if (navigator.clipboard === undefined) break;
  const label = button.textContent;
  button.hidden = false;
  button.addEventListener("click", () => void copyFrom(button, label));
}

async function copyFrom(button, label) {
  await navigator.clipboard.writeText(button.dataset.copy);
  button.textContent = button.dataset.copied;
  setTimeout(() => {
    button.textContent = label;
  }, SHOWN_MS);
}
