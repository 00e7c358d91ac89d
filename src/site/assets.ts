/**
 * The files that pages and feeds refer to.
 */

// For what HTML cannot do: copy an address; subscribe to what is ticked in the form above (without this script the filters
// count that were last shown); and give the answer to a form an address, so that a reload does not send the form again.
export const COPY_SCRIPT = `"use strict";
for (const button of document.querySelectorAll("button[data-copy]")) {
  if (!navigator.clipboard) break;
  button.hidden = false;
  const text = button.textContent;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(button.dataset.copy);
    button.textContent = button.dataset.copied;
    setTimeout(() => { button.textContent = text; }, 2000);
  });
}
for (const link of document.querySelectorAll("a[data-stays]")) {
  history.replaceState(null, "", link.href);
  // The link leads to the address that the window has by now. A browser would only scroll.
  link.addEventListener("click", (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    location.reload();
  });
}
const filters = document.querySelector("form.filters");
document.querySelector("form.webhook")?.addEventListener("formdata", ({ formData }) => {
  for (const { name } of filters.elements) formData.delete(name);
  for (const [name, value] of new FormData(filters)) if (value !== "") formData.append(name, value);
});
`;

// The icon of pages and feeds: a text with a seal, 144 pixels square, as a PNG. RSS allows no more than 144, and readers show no SVG.
export const ICON = Uint8Array.fromBase64(
  [
    "iVBORw0KGgoAAAANSUhEUgAAAJAAAACQCAYAAADnRuK4AAAI20lEQVR4nOzdeWwU1x0H8O8bLzaYcgUM+AyYRhRCzGWjrp2m",
    "kVqpKFFbqhYFhT/a0AQVO0raJJVQL6iaHv9ELqKY1E1bkgqpTVtCpbZpRSK14rCNsThMMCIYHOy18dGamAR87by8WccHeHe9",
    "M28Rb73fjwQedmcGM3w9782895v14Q7I8j/9KQvyiwIyXwILIcQCtbxASiwUQqSD7hgp5Q0hcFVCtEPiqjru7Wr5khDWgeZj",
    "uxsRZwJxEgqNsDcJKTaqvS4HGUdCnlIBe90SvtfjFSbtAOX4y76ivrWd6sxSAEokJyDtnzZX7T0IDZ4DlOPf9lm1ebkKzmpQ",
    "IjthS2wPVO15Gx64DlB2cekq1Uyp4OBh0OQh5VuDttzeVrO3zs1mKW5Wzi0u+4FqSP+ozjqLQZOLEPnqpPDUrLyiwZ7m2sMx",
    "bxbLSjn+70yD6PuNgNgMmvRUZ3s/ZNpTLVXlNydad8IAzVu7NXNqqu8f7OskF3W1drK3f/DRrrrKtmjrRQ1QdnGZ3wL+ohaz",
    "QMmo1YZ8NHCs4lSkFSIGaNHD35g62J9epZqtVaCk5ZyJfGk3ipv+s6833PtWpA2DfemvMTzkdF2C/en7Ir0f9iosx1+6XW34",
    "DIhCxIqZOUV9PS21R8a9c/sLmZ8uXZZioV6dfVxd4tPkpq7MgkEbD7RVVzSMfX1cE5Yi1E1Chodu42TCycbtr98SoFz/tg3q",
    "ZtIXQBSGkw3VvVk/9rXRAC3fmCqFtQtEUagz0UvAzpHcjCzkzMp4TnWI8kAUjcDybH/nM6N/VLLWbp1npfkuqXTNANFEJHqC",
    "/QNLWusqu0JnICvVV8jwUMwEZlpTUlc4i8NN2HoQuWHJUGaGAiQYIHJLbnB+F85c5hQhG0DkUlCKZZYFewOIPHCy41M3hzhg",
    "Sp442bGkFLNB5IGTHZ/qQC8EkTezLSEZIPJsoXMGYhNGnqg+kAoQkAYib9IsEGlggEgLA0RaGCDSwgCRFgaItDBApIUBIi0M",
    "EGlhgEgLA0RafDDU4tz5KCpYguyFc5DMAle7cfz0RTS1dMJExgVo1fJ78eNvb8Tq+xeBRp18pwk7fvlnnDr3HkwicovLJAzh",
    "hObgr593nkkDGk9Kia9uK8eJ+kswhTF9oLTUKXj5xScZniicY7Nrx9dhEmMCtHJZHjLnc27bRHIz52LNCnOesmxMgJbm8zme",
    "sVq2xJxjZUwn2mnfKfEYE6B33m0BxebsBXOOlTFN2OmG93C+MQCK7sz5K6FjZQpjAmTbEs//bD+bsiicY/Pci3+ASYwayqhX",
    "P12PP7sbXd3XQbfq+F9P6NhcuNwGkxh1I3HY7JnT4V9zH7IXzMGMT0xDMrv+wU0E2rtxrO4C3r9+A6YxMkCUODgaT1oYINLC",
    "AJEWBoi0MECkhQEiLQwQaWGASAsDRFoYINLCAJEWBoi0MECkhZWphmNlqkusTA2PlakxYGVqdKxMjYKVqRNjZWoUrEyNDStT",
    "I2BlauxYmRoGy3kSEytTExArU8NgZWpsWJkaAStTJ8bK1AmwMjUyVqa6wMrUUaxMpUmNo/GkhQEiLQwQaWGASAsDRFoYINLC",
    "AJEWBoi0MECkhQEiLcaW9SST+zJu4MHF11CQ9SFWZg0NJJ9unYHTgek42jQb73amw1QcC7uL0nxBlJYE8ERRG1JSwq8TDAK/",
    "PZ6JPUdyMGib12AwQHfJ0vkf4qUvX8Tie3pjWv9cezp+9M98NHRMh0mMDZCplanxqBSdNiWIA0/UI29On6vtrnSn4UuvFGDA",
    "oDMRK1M90qkUffahZtfhcTjbPP2ZFpT/Nw+mMKpRdULzt8oXEqKsefh7LXwg39V2q7J6sHlNO7zasq4Nq7PNmbHJylQNXipF",
    "N69th6Vx1J1tv7ayA6ZgZaomt5Wi+XNj6zRH3cc9N2EKVqbGgZtK0axZ+gFaNJcBGidZynn6gynQFY99xIsxAUrkylQ3laLn",
    "2/XvKsdjH/HCylRNbitFz3fEIUAdDNA4iViZ6qVS9I36DPQNer/S7B8E/nomA6ZgZapHXitFm/4/Da/UeL9gcMbErnSbU2zJ",
    "ylSX4lEpmppi48CW+pjHwYY542GPvXo/bGnOzz0HU++Sotwe7Hu8Ieb1nVH5x15bwcFUGuWzbJQ92IJvros+neP3tZnYfZjT",
    "OSgCZ0JZyaJrWJl964SyM63TceSy2RPKOCPRAE5AQiGpRcLhnGjSwgCRFgaItDBApIUBIi0MEGlhgEgLA0RaLEj5Poi8UNmx",
    "pMBVEHngZEedgRgg8khlxyd4BiKPnOxYkmcg8sjJjhOgUyDywMmOJYR9SPIzlsglJzN9A4P/tlqqXg6oxuwMiFwRx7vqKtuG",
    "byT+C0RuCBnKTChAMmgfBJELMjgUoJEKt1x/6TXVlM0C0UTUHejmqorQo1RGxsJUL/oXIIrB2KyMBKilM6VcveP90VmUFCRk",
    "RygrHxsdjb+4u8+W9k4QRSFtucPJyvCfb5nOEaheUKkidhlEYcmzoYyMcdt8oJ226lZ/D0ThSPnDUEbGGFdQ29Nce3ZW7rp7",
    "1eJqEA2TeFVdeY270Ao7I7E5NWOr+nIIRA4p32pOy3gy3FsRn3Q0r2TLjKn21CNCiAJQ0lKjpPW91s2SrqO/C/vQpohzooc2",
    "sB9RO0jchxeSFjVeGhCWWB8pPI6ok+qdgdbe/oF1akcnQUlF3e+p7htEYfPRX7VGW2/CqgxnxBVIK1E73A9KEvJPLX2DD3XW",
    "Vkw42dDV0x5zi0u/r5q0n4hE+jwCipl0hkhtfDdQXVEe6zaunlitLvEPT88u/LslkK8GXt19ygiZTV1pBW25qbVm7wE3m3k+",
    "k2T7yz6nguTcFygEJbITtsT2QNWet+GBdlOUW1y2SaX3BXVGWgtKGOrCqFb99/+8pWrPG9AQt75Mjv9b2apPvl4tPiIgPq/2",
    "PBNkENkNKQ7ZUr45IKe82VGzKy4zL+5YZzjLX1qcIuRS9VcsGfqFT6p/hLNs1mdYTjoqKBCN6mtj6KtEo23b5wI1e6txB3wE",
    "AAD//5uSQuAAAAAGSURBVAMA8CVOgmPOeUUAAAAASUVORK5CYII=",
  ].join(""),
);
