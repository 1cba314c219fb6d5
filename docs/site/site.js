// Marks in the contents where one is, and searches. Words, and the sections that have them, are in search.js, which is fetched when somebody wants to search.
"use strict";
for (const link of document.querySelectorAll("nav li a"))
  if (link.getAttribute("href") === location.pathname) link.setAttribute("aria-current", "page");

const field = document.getElementById("search");
const found = document.getElementById("found");
const load = async () => (await import("/docs/search.js")).default;

// Sections that have a word that begins so, and how well: a whole word counts more.
function sections_with(words, begin) {
  const scores = new Map();
  for (const word of Object.keys(words)) {
    if (!word.startsWith(begin)) continue;
    for (const n of words[word]) scores.set(n, Math.max(scores.get(n) ?? 0, word === begin ? 3 : 1));
  }
  return scores;
}

function search(all, text) {
  const asked = text.toLowerCase().match(/[\p{L}\p{N}_-]+/gu)?.map(x => x.replace(/^-+|-+$/g, "")).filter(Boolean) ?? [];
  let scores = null;
  for (const each of asked) {
    const some = sections_with(all.words, each);
    scores = scores === null ? some
      : new Map([...scores].filter(([n]) => some.has(n)).map(([n, score]) => [n, score + some.get(n)]));
  }
  // "rate limit" may be a name: --rate-limit, rate_limit.
  for (const name of asked.length > 1 ? [asked.join("-"), asked.join("_")] : [])
    for (const [n, score] of sections_with(all.words, name)) scores.set(n, (scores.get(n) ?? 0) + 4 * score);
  const titled = n => asked.some(x => all.sections[n][2].toLowerCase().includes(x)) ? 4 : 0;
  return [...scores ?? []].map(([n, score]) => [n, score + titled(n)]).sort((a, b) => b[1] - a[1] || a[0] - b[0])
    .slice(0, 20).map(([n]) => all.sections[n]);
}

function show(sections, text) {
  found.hidden = text.trim() === "";
  found.replaceChildren(...sections.map(([page, anchor, title]) => {
    const link = document.createElement("a");
    link.href = "/docs" + (page && "/" + page) + (anchor && "#" + anchor);
    link.textContent = title + " ";
    const where = document.createElement("small");
    where.textContent = page;
    link.append(where);
    const line = document.createElement("li");
    line.append(link);
    return line;
  }));
  if (!found.hidden && sections.length === 0) found.textContent = "Nothing is called so.";
}

field.addEventListener("input", async () => show(search(await load(), field.value), field.value));
field.addEventListener("keydown", event => {
  if (event.key === "Enter") found.querySelector("a")?.click();
  if (event.key === "Escape") show([], field.value = "");
});
document.addEventListener("keydown", event => {
  if (event.key !== "/" || event.target === field) return;
  event.preventDefault();
  field.focus();
});
