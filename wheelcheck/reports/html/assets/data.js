// The report: each value stands once in `entries`, after those that it is made of.
function decoded({ shapes, entries }) {
  const values = [];
  for (const entry of entries) {
    if (!Array.isArray(entry)) {
      values.push(entry);
      continue;
    }
    const parts = entry.slice(1).map((number) => values[number]);
    const shape = entry[0];
    values.push(shape < 0 ? parts : Object.fromEntries(shapes[shape].map((key, i) => [key, parts[i]])));
  }
  return values.at(-1);
}

const report = decoded(JSON.parse(byId("data").textContent));
const NOT_NEEDED = "not-required";
const ranks = new Map(report.marks.map((mark, rank) => [mark.verdict, rank]));
const FINE = Math.min(ranks.get("wheel"), ranks.get("pure-wheel"));
const markOf = (verdict) => report.marks[ranks.get(verdict)];

// Ranks count from the worst. A pure wheel is as good as a wheel.
function rankOn(row, column) {
  const cell = row.on[column];
  return ranks.get(cell ? cell.verdict : NOT_NEEDED);
}

const rows = report.packages.map((row, place) => {
  const columns = report.targets.map((_, column) => rankOn(row, column));
  return {
    ...row,
    place,
    ranks: columns,
    worst: Math.min(...columns),
    concerned: columns.filter((rank) => rank < FINE).length,
  };
});

function sign(verdict) {
  return el("span", { class: `sign ${verdict}`, "aria-hidden": "true" }, markOf(verdict).sign);
}

function versionWords(row) {
  return row.versions.length > 1 ? `${row.versions.length} versions` : (row.versions[0] ?? "");
}
