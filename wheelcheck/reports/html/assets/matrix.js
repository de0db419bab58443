// The matrix: filters, order and groups; one tab stop, arrow keys inside.
const MOST_WORDED = 4;
const MOST_UPRIGHT = 6;
const shownVerdicts = new Set();
const wish = { name: "", target: "", sort: "trouble", column: null, reversed: false, group: "none" };
let drawn = { rows: [], lines: [], columns: [] };
const kept = { columns: "", lines: new Map() }; // a line is made once for the same columns
let place = { row: 0, column: 0 }; // of the roving focus; row -1 is the heading

function words(text) {
  return text.toLowerCase().split(/\s+/).filter(Boolean);
}

function chosenColumns() {
  const asked = words(wish.target);
  return report.targets.flatMap((target, column) => {
    const text = [target.name, ...target.axes].join(" ").toLowerCase();
    return asked.every((word) => text.includes(word)) ? [column] : [];
  });
}

function chosenRows(columns) {
  const asked = words(wish.name);
  return rows.filter((row) => {
    if (!asked.every((word) => row.name.toLowerCase().includes(word))) return false;
    const here = columns.map((column) => row.ranks[column]);
    const troubles = here.filter((rank) => rank < FINE);
    if (troubles.length) return troubles.some((rank) => shownVerdicts.has(rank));
    return shownVerdicts.has(FINE);
  });
}

const byName = (a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0);
const orders = {
  trouble: (a, b) => a.place - b.place,
  name: byName,
  spread: (a, b) => b.concerned - a.concerned || a.place - b.place,
  column: (a, b) => a.ranks[wish.column] - b.ranks[wish.column] || a.place - b.place,
};

function grouped(chosen, columns) {
  if (wish.group === "none") return [[null, chosen]];
  const groups = new Map();
  for (const row of chosen) {
    const here = columns.map((column) => row.ranks[column]);
    const key = wish.group === "verdict" ? Math.min(...here) : here.join();
    if (!groups.has(key)) groups.set(key, []);
    groups.get(key).push(row);
  }
  if (wish.group === "verdict") {
    const parts = [...groups].sort(([a], [b]) => a - b);
    return parts.map(([rank, members]) => [
      `${report.marks[rank].sign} ${report.marks[rank].meaning}: ${counted(members.length, "package")}`,
      members,
    ]);
  }
  const alike = [...groups.values()].filter((members) => members.length > 1);
  const single = [...groups.values()].filter((members) => members.length === 1).flat();
  return [
    ...alike.map((members) => [`${members.length} packages with the same verdicts`, members]),
    ...(single.length ? [[alike.length ? "each with verdicts of its own" : "no two packages have the same verdicts", single]] : []),
  ];
}

function drawMatrix({ focus = false } = {}) {
  const columns = chosenColumns();
  const chosen = chosenRows(columns).sort(orders[wish.sort]);
  if (wish.reversed) chosen.reverse();
  const groups = chosen.length ? grouped(chosen, columns) : [];
  const shown = groups.flatMap(([, members]) => members);
  const worded = columns.length <= MOST_WORDED;
  drawn = { rows: shown, lines: linesOf(shown, columns, worded), columns };
  const table = el(
    "table",
    { class: worded ? "matrix worded" : "matrix", role: "grid", "aria-labelledby": "matrix-title" },
    el("thead", null, heading(columns)),
    groups.map(([title, members]) => body(title, members)),
  );
  table.addEventListener("click", (event) => activate(event.target.closest("td, th")));
  table.addEventListener("keydown", moveByKey);
  const box = byId("matrix-box");
  box.removeAttribute("tabindex");
  box.replaceChildren(table);
  if (!chosen.length) box.append(el("p", { class: "nothing" }, nothingWords(columns)));
  byId("shown").textContent =
    `${shown.length} of ${counted(rows.length, "package")}` +
    (columns.length < report.targets.length ? ` on ${columns.length} of ${report.targets.length} targets` : "");
  const row = focus ? place.row : Math.max(place.row, 0);
  place = { row: Math.min(row, shown.length - 1), column: Math.min(place.column, columns.length) };
  rove(focus);
}

function nothingWords(columns) {
  if (!columns.length) return "No target has that in its name.";
  if (!wish.name && ![...shownVerdicts].some((rank) => rank < FINE)) return "No sign is chosen above.";
  return "No package fits. Packages that come as wheels are shown with the sign · above.";
}

function heading(columns) {
  const corner = sortable(el("th", { scope: "col", class: "corner", "data-column": "0" }, "Package"),
    wish.sort === "name", "ascending", "descending");
  if (!report.grid) {
    const cells = columns.map((column, i) => columnHead(column, i, el("span", null, breakable(report.targets[column].name))));
    return [el("tr", { class: columns.length > MOST_UPRIGHT ? "upright" : null }, corner, cells)];
  }
  corner.setAttribute("rowspan", "3");
  const pythons = columns.map((column, i) => columnHead(column, i, report.targets[column].axes[2], isEdge(columns, i)));
  return [
    el("tr", null, corner, spans(columns, 1)),
    el("tr", null, spans(columns, 2)),
    el("tr", { class: "axes" }, pythons),
  ];
}

function spans(columns, depth) {
  const runs = [];
  for (const column of columns) {
    const axes = report.targets[column].axes.slice(0, depth);
    const last = runs.at(-1);
    if (last && last.key === axes.join()) last.size += 1;
    else runs.push({ key: axes.join(), text: axes.at(-1), size: 1 });
  }
  return runs.map((run) => el("th", { scope: "colgroup", colspan: run.size, class: "edge" }, run.text));
}

// The first column of each block of libc and architecture.
function isEdge(columns, i) {
  const block = (at) => report.targets[columns[at]].axes.slice(0, 2).join();
  return report.grid && (i === 0 || block(i) !== block(i - 1));
}

function breakable(name) {
  return (name.match(/[^-:@/]+[-:@/]*|[-:@/]+/g) ?? []).flatMap((piece) => [piece, el("wbr")]);
}

function columnHead(column, i, content, edge = false) {
  const target = report.targets[column];
  const head = el("th", { scope: "col", title: `${target.name}: ${target.facts}`, "data-column": i + 1,
    class: edge ? "edge" : null }, content);
  return sortable(head, wish.sort === "column" && wish.column === column, "descending", "ascending");
}

function sortable(head, isSorted, once, twice) {
  head.setAttribute("aria-sort", !isSorted ? "none" : wish.reversed ? twice : once);
  return head;
}

function body(title, members) {
  const head = title === null ? null : el("tr", { class: "group" },
    el("th", { scope: "rowgroup", colspan: drawn.columns.length + 1 }, el("span", null, title)));
  return el("tbody", null, head, members.map((row) => kept.lines.get(row)));
}

function linesOf(shown, columns, worded) {
  if (kept.columns !== columns.join()) {
    kept.columns = columns.join();
    kept.lines.clear();
  }
  const edges = columns.map((_, i) => isEdge(columns, i));
  return shown.map((row, at) => {
    if (!kept.lines.has(row)) kept.lines.set(row, matrixRow(row, columns, edges, worded));
    const line = kept.lines.get(row);
    line.dataset.row = at;
    return line;
  });
}

function matrixRow(row, columns, edges, worded) {
  const line = el("tr", { "data-place": row.place });
  line.append(el("th", { scope: "row" }, row.name, " ", el("span", { class: "version" }, versionWords(row))));
  columns.forEach((column, i) => {
    const mark = report.marks[row.ranks[column]];
    const cell = document.createElement("td");
    cell.className = edges[i] ? `${mark.ground} edge` : mark.ground;
    cell.textContent = worded ? `${mark.sign} ${mark.word}` : mark.sign;
    if (!worded) cell.setAttribute("aria-label", mark.word);
    if (worded && row.versions.length > 1 && row.on[column]?.version) {
      cell.append(" ", el("span", { class: "version" }, row.on[column].version));
    }
    line.append(cell);
  });
  return line;
}

function cellAt({ row, column }) {
  if (row < 0) return byId("matrix-box").querySelector(`th[data-column="${column}"]`);
  return drawn.lines[row].cells[column];
}

// The row and column of a cell or heading; null for headings of groups.
function placeOf(cell) {
  if (cell?.dataset.column) return { row: -1, column: Number(cell.dataset.column) };
  const line = cell?.closest("tr[data-row]");
  return line ? { row: Number(line.dataset.row), column: cell.cellIndex } : null;
}

function rove(focus) {
  for (const old of byId("matrix-box").querySelectorAll("[tabindex]")) old.removeAttribute("tabindex");
  const cell = cellAt(place);
  cell.tabIndex = 0;
  if (focus) cell.focus();
}

function moveByKey(event) {
  const last = { row: drawn.rows.length - 1, column: drawn.columns.length };
  const steps = {
    ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1],
    PageUp: [-10, 0], PageDown: [10, 0],
    Home: [event.ctrlKey ? -Infinity : 0, -Infinity], End: [event.ctrlKey ? Infinity : 0, Infinity],
  };
  if (event.key === "Enter" || event.key === " ") {
    event.preventDefault();
    activate(event.target.closest("td, th"));
  } else if (event.key in steps && !event.altKey && !event.metaKey) {
    event.preventDefault();
    const [down, right] = steps[event.key];
    place = {
      row: Math.max(-1, Math.min(last.row, place.row + down)),
      column: Math.max(0, Math.min(last.column, place.column + right)),
    };
    rove(true);
  }
}

function activate(cell) {
  const chosen = placeOf(cell);
  if (!chosen) return;
  place = chosen;
  const column = drawn.columns[place.column - 1] ?? null;
  if (place.row < 0) sortBy(column);
  else {
    rove(true);
    openDetails(drawn.rows[place.row], column);
  }
}

function sortBy(column) {
  const sort = column === null ? "name" : "column";
  if (wish.sort !== sort || wish.column !== column) Object.assign(wish, { sort, column, reversed: false });
  else if (!wish.reversed) wish.reversed = true;
  else Object.assign(wish, { sort: "trouble", column: null, reversed: false });
  byId("sort").value = wish.sort === "column" ? "" : wish.sort;
  drawMatrix({ focus: true });
}

function startMatrix(controls) {
  const signs = report.marks.flatMap((mark, rank) => {
    if (rank > FINE) return [];
    const number = rank === FINE
      ? rows.filter((row) => row.worst >= FINE).length
      : rows.filter((row) => row.ranks.includes(rank)).length;
    if (!number) return [];
    if (rank < FINE) shownVerdicts.add(rank);
    return [chip(mark, rank, number)];
  });
  if (!shownVerdicts.size) shownVerdicts.add(FINE);
  for (const box of signs) box.firstChild.checked = shownVerdicts.has(Number(box.firstChild.value));
  controls.append(
    el("fieldset", { class: "chips" }, el("legend", { class: "unseen" }, "Show packages that have"), signs),
    el("div", { class: "fields" },
      finder("find", "Package", "name"),
      report.targets.length > MOST_WORDED ? finder("find-target", "Target", "target") : null,
      chooser("sort", "Order", [["trouble", "trouble first"], ["spread", "most targets first"], ["name", "name"]],
        (sort) => Object.assign(wish, { sort, column: null, reversed: false })),
      chooser("group", "Group", [["none", "none"], ["verdict", "by verdict"], ["pattern", "by same verdicts"]],
        (group) => Object.assign(wish, { group })),
      el("output", { id: "shown", role: "status" })),
  );
  document.querySelector("#matrix .folded")?.remove(); // the chip · shows these packages now
  drawMatrix();
}

function chip(mark, rank, number) {
  const box = el("input", { type: "checkbox", value: rank });
  box.addEventListener("change", () => {
    if (box.checked) shownVerdicts.add(rank);
    else shownVerdicts.delete(rank);
    drawMatrix();
  });
  const text = rank === FINE ? "only wheels" : mark.word;
  return el("label", { class: "chip" }, box, sign(rank), ` ${text} `, el("b", null, String(number)));
}

function finder(id, label, key) {
  const box = el("input", { type: "search", id, autocomplete: "off", spellcheck: "false" });
  box.addEventListener("input", () => {
    wish[key] = box.value;
    drawMatrix();
  });
  return el("label", { for: id }, `${label} `, box);
}

function chooser(id, label, options, choose) {
  const box = el("select", { id }, options.map(([value, text]) => el("option", { value }, text)));
  box.addEventListener("change", () => {
    choose(box.value);
    drawMatrix();
  });
  return el("label", { for: id }, `${label} `, box);
}
