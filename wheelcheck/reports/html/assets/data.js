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
// Ranks are places among the marks, which begin with the worst.
const FINE = report.ranks.wheel;
const NOT_NEEDED = report.ranks["not-required"];

const rows = report.packages.map((row, place) => {
  const columns = report.targets.map((_, column) => row.on[column]?.rank ?? NOT_NEEDED);
  return {
    ...row,
    place,
    ranks: columns,
    worst: Math.min(...columns),
    concerned: columns.filter((rank) => rank < FINE).length,
  };
});

function sign(rank) {
  const mark = report.marks[rank];
  return el("span", { class: `sign ${mark.ground}`, "aria-hidden": "true" }, mark.sign);
}

function versionWords(row) {
  return row.versions.length > 1 ? `${row.versions.length} versions` : (row.versions[0] ?? "");
}
