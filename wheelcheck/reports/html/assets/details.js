// What is known of one package, beside the matrix.
let openedFrom = null;
const panel = el("aside", { id: "details", "aria-labelledby": "details-title", hidden: true });

function openDetails(row, column, { focus = true } = {}) {
  openedFrom = document.activeElement;
  const at = column ?? row.outcomes[0]?.first ?? null;
  const title = el("h2", { id: "details-title", tabindex: "-1" }, row.name, " ",
    el("span", { class: "version" }, versionWords(row)));
  panel.replaceChildren(...present([
    el("div", { class: "bar-top" }, title,
      el("button", { type: "button", class: "close", "aria-label": "Close details", onclick: closeDetails }, "✕")),
    at === null || !row.on[at] ? null : onTarget(row, at),
    elsewhere(row, at),
    advice(row, at),
    buildDetails(row, at),
    (row.evidence ?? []).map(evidence),
    remarks(row),
  ]));
  panel.hidden = false;
  document.body.classList.add("with-details");
  for (const old of document.querySelectorAll("tr.open")) old.classList.remove("open");
  document.querySelector(`tr[data-place="${row.place}"]`)?.classList.add("open");
  panel.scrollTop = 0;
  if (focus) title.focus({ preventScroll: true });
  history.replaceState(null, "", `#package=${encodeURIComponent(row.name)}`);
}

function closeDetails() {
  if (panel.hidden) return;
  panel.hidden = true;
  document.body.classList.remove("with-details");
  for (const old of document.querySelectorAll("tr.open")) old.classList.remove("open");
  history.replaceState(null, "", location.pathname + location.search);
  const back = openedFrom?.isConnected ? openedFrom : byId("matrix-box").querySelector("[tabindex]");
  back?.focus({ preventScroll: true });
}

function part(title, ...content) {
  return el("section", null, el("h3", null, title), content);
}

function onTarget(row, column) {
  const cell = row.on[column];
  const target = report.targets[column];
  const facts = [
    ["Version", cell.version],
    ["File", cell.file && el("code", null, cell.file)],
    ["Size", cell.size],
    ["Uploaded", cell.upload_time?.slice(0, 10)],
    ["Yanked", cell.yanked === undefined ? null : cell.yanked || "without a reason"],
    ["Asked for in", cell.lines?.length ? listing(cell.lines, 6) : null],
    ["Needed by", cell.askers?.length ? listing(cell.askers, 8) : null],
  ].filter(([, value]) => value);
  return part(`On ${target.name}`,
    el("p", { class: "verdict" }, sign(cell.rank), " ", report.marks[cell.rank].meaning),
    el("p", null, cell.reason),
    cell.build_fails ? el("p", { class: "bad" }, `The build fails: ${cell.build_fails}`) : null,
    definitions(facts),
    cell.misses?.length ? el("details", { open: cell.misses.length <= 4 },
      el("summary", null, "Files that nearly fit"),
      el("ul", { class: "plain" }, cell.misses.map((miss) =>
        el("li", null, el("code", null, miss.file), el("br"), `${miss.part}: ${miss.why}`)))) : null,
    target.notes.map((note) => el("p", { class: "note" }, note)));
}

function definitions(facts) {
  return el("dl", null, facts.map(([name, value]) => [el("dt", null, name), el("dd", null, value)]));
}

function elsewhere(row, column) {
  if (report.targets.length < 2) return null;
  return part("Where", el("ul", { class: "plain outcomes" }, row.outcomes.map((outcome) => {
    const mark = report.marks[outcome.rank];
    const isHere = outcome.first === column;
    return el("li", null,
      el("button", { type: "button", class: "outcome", "aria-current": isHere ? "true" : null,
        onclick: () => reopen(row, outcome.first) },
      sign(outcome.rank), ` ${mark.word} `, outcome.version ? el("span", { class: "version" }, `${outcome.version} `) : null,
      outcome.where));
  })));
}

function reopen(row, column) {
  const kept = openedFrom;
  openDetails(row, column);
  openedFrom = kept;
}

// What would become of the package here after each change.
function advice(row, column) {
  const target = column === null ? null : report.targets[column].name;
  const found = report.advice.flatMap((one) => {
    const after = one.ranks.find(([name]) => name === row.name);
    return after && one.targets.includes(target) ? [[one, after[1]]] : [];
  });
  if (!found.length) return null;
  return part("What to do instead", el("ul", { class: "plain" }, found.map(([one, rank]) =>
    el("li", null, el("b", null, one.title), " → ", sign(rank), ` ${report.marks[rank].meaning}`,
      one.change.length ? el("pre", { tabindex: "0", role: "group", "aria-label": "Change" }, one.change.join("\n")) : null))));
}

function buildDetails(row, column) {
  if (column === null) return null;
  const name = report.targets[column].name;
  const plan = report.plans.find((one) => one.targets.includes(name));
  const build = plan?.builds.find((one) => one.name === row.name && one.version === row.on[column]?.version);
  return build ? part("Building it", buildFacts(build)) : null;
}

function evidence(one) {
  return part(`Evidence of ${one.sdist}`,
    el("p", null, sign(one.rank), ` ${one.reason} `, el("span", { class: "version" }, `${one.confidence}, on ${one.where}`)),
    el("details", null,
      el("summary", null, counted((one.evidence ?? []).length, "piece") + " of evidence"),
      el("ul", { class: "plain" }, (one.evidence ?? []).map((piece) => el("li", null,
        `${piece.meaning}${piece.detail ? `: ${piece.detail}` : ""} `,
        el("code", null, piece.where))))));
}

function remarks(row) {
  const found = report.problems.filter((problem) => problem.package === row.name);
  if (!found.length) return null;
  return part("Remarks", el("ul", { class: "plain" }, found.map((problem) =>
    el("li", null, `${problem.message} `, el("code", null, problem.code)))));
}

function openFromAddress() {
  const found = location.hash.match(/^#package=(.+)$/);
  if (!found) return;
  let name = "";
  try {
    name = decodeURIComponent(found[1]);
  } catch { return; }
  const row = rows.find((one) => one.name === name);
  if (row) openDetails(row, null, { focus: false });
}

function startDetails() {
  byId("page").append(panel);
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") closeDetails();
  });
  addEventListener("hashchange", openFromAddress);
  openFromAddress();
}
