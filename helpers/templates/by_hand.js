"use strict";
// Keeps what is typed in this browser, offers comments again, and saves a table. It writes text and values, never markup.
const form = document.getElementById("answers");
const cards = [...form.querySelectorAll("[data-code]")];
const place = "by-hand/" + form.dataset.book + "/" + form.dataset.lecture + "/" + form.dataset.name;
const asWritten = new Map(cards.map(card => [card, fields(card).map(field => field.value)]));

function fields(card) {
  return [...card.querySelectorAll("[data-criterion]"), card.querySelector("[data-comment]")];
}

function storage() {
  try { return window.localStorage; } catch { return null; } // a browser may forbid it; saving the table works all the same
}

function remember() {
  const typed = Object.fromEntries(cards.map(card =>
    [card.dataset.code, { was: asWritten.get(card), now: fields(card).map(field => field.value) }]));
  storage()?.setItem(place, JSON.stringify(typed));
  const done = cards.filter(card => fields(card).slice(0, -1).every(field => field.value !== "" && field.validity.valid));
  document.getElementById("state").textContent = done.length + " of " + cards.length + " marked";
}

function recall() {
  const typed = JSON.parse(storage()?.getItem(place) ?? "{}");
  for (const card of cards) {
    const known = typed[card.dataset.code];
    // What was recorded since, here or by somebody else, counts more than what was typed before.
    if (JSON.stringify(known?.was) !== JSON.stringify(asWritten.get(card))) continue;
    fields(card).forEach((field, i) => { field.value = known.now[i]; });
  }
}

function quoted(text) {
  return '"' + text.replaceAll('"', '""') + '"';
}

function save() {
  const criteria = [...cards[0]?.querySelectorAll("[data-criterion]") ?? []].map(field => field.dataset.criterion);
  const rows = [[...form.dataset.columns.split(","), ...criteria, "comment"]];
  for (const card of cards) {
    rows.push([card.dataset.code, form.dataset.lecture, form.dataset.name, ...fields(card).map(field => field.value)]);
  }
  const text = rows.map(row => row.map(quoted).join(",")).join("\r\n") + "\r\n";
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([text], { type: "text/csv" }));
  link.download = form.dataset.name + ".csv";
  link.click();
  URL.revokeObjectURL(link.href);
}

function useAgain(select) {
  const card = select.closest("[data-code]"), chosen = select.selectedOptions[0];
  if (!chosen.value) return;
  card.querySelector("[data-comment]").value = chosen.value;
  for (const [name, points] of Object.entries(JSON.parse(chosen.dataset.points ?? "{}"))) {
    const field = [...card.querySelectorAll("[data-criterion]")].find(own => own.dataset.criterion === name);
    if (field) field.value = points;
  }
}

function offer(comment) {
  for (const select of form.querySelectorAll("[data-again]")) {
    if (comment && ![...select.options].some(option => option.value === comment)) select.add(new Option(comment, comment));
  }
}

form.addEventListener("change", event => {
  if (event.target.matches("[data-again]")) useAgain(event.target);
  if (event.target.matches("[data-comment]")) offer(event.target.value.trim());
  remember();
});
form.addEventListener("submit", event => event.preventDefault());
document.getElementById("save").addEventListener("click", save);
recall();
remember();
