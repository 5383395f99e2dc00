"use strict";
// Sorts and filters the report's tables. It moves and hides rows and writes text, never markup: what a student wrote
// stays text. Without it the tables are as complete, in the order in which they were written.
const collator = new Intl.Collator("en", { numeric: true, sensitivity: "base" });

function compare(a, b) {
  const [x, y] = [parseFloat(a), parseFloat(b)];
  if (!Number.isNaN(x) && !Number.isNaN(y) && x !== y) return x - y;
  return collator.compare(a, b);
}

function keyOf(row, column, numeric) {
  const text = row.cells[column].textContent.trim();
  // A sign in the place of a number ranks behind every number, whichever way the table is sorted.
  return numeric && Number.isNaN(parseFloat(text)) ? null : text;
}

function sortBy(table, header, column) {
  const descending = header.getAttribute("aria-sort") ? header.getAttribute("aria-sort") === "ascending"
    : header.classList.contains("number");
  const numeric = header.classList.contains("number");
  const rows = [...table.tBodies[0].rows].map(row => [keyOf(row, column, numeric), row]);
  rows.sort(([a], [b]) => a === null || b === null ? (a === null) - (b === null) : compare(a, b) * (descending ? -1 : 1));
  table.tBodies[0].append(...rows.map(([, row]) => row));
  for (const other of table.tHead.querySelectorAll("[aria-sort]")) other.removeAttribute("aria-sort");
  header.setAttribute("aria-sort", descending ? "descending" : "ascending");
}

function makeSortable(table) {
  [...table.tHead.rows].at(-1).querySelectorAll("th").forEach((header, column) => {
    const button = document.createElement("button");
    button.type = "button";
    const holder = header.querySelector(".item") ?? header;
    button.append(...holder.childNodes);
    holder.append(button);
    button.addEventListener("click", () => sortBy(table, header, column));
  });
}

// On a phone rows are cards and the headings that sort are not seen: a menu stands in their place.
function addSortMenu(table) {
  const bar = document.createElement("div"), label = document.createElement("label");
  const menu = document.createElement("select");
  const headers = [...[...table.tHead.rows].at(-1).cells];
  bar.className = "menu";
  menu.append(new Option("a column", ""), ...headers.map((header, column) => new Option(header.textContent, column)));
  menu.addEventListener("change", () => { if (menu.value) sortBy(table, headers[menu.value], Number(menu.value)); });
  label.append("Sort by ", menu);
  bar.append(label);
  table.parentElement.before(bar);
}

function makeFilterable(table) {
  const rows = [...table.tBodies[0].rows];
  const textOf = row => (table.dataset.filter ? row.cells[0] : row).textContent.toLowerCase();
  const texts = new Map(rows.map(row => [row, textOf(row)]));
  const bar = document.createElement("div"), label = document.createElement("label");
  const input = document.createElement("input"), count = document.createElement("span");
  bar.className = "filter";
  input.type = "search";
  count.setAttribute("role", "status");
  label.append(table.dataset.filter ? `Only ${table.dataset.filter}s with ` : "Only rows with ", input);
  bar.append(label, count);
  const show = () => {
    const words = input.value.toLowerCase().split(/\s+/).filter(Boolean);
    let shown = 0;
    for (const [row, text] of texts) {
      row.hidden = !words.every(word => text.includes(word));
      shown += !row.hidden;
    }
    count.textContent = `${shown} of ${rows.length} rows`;
  };
  input.addEventListener("input", show);
  show();
  table.parentElement.before(bar);
}

document.querySelectorAll("table.sorts.cards").forEach(addSortMenu);
document.querySelectorAll("table.sorts").forEach(makeSortable);
document.querySelectorAll("table.filters").forEach(makeFilterable);
