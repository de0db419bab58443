// The build plans as trees: what is installed on top, what its build environment needs below.
function startBuilds() {
  const box = byId("plans");
  if (!box) return;
  for (const plan of report.plans) {
    const details = el("details", { class: "plan" }, el("summary", null, el("b", null, plan.where), `: ${planWords(plan)}`));
    // Drawn when it is opened: there may be sixty of them.
    details.addEventListener("toggle", () => {
      if (details.children.length === 1) details.append(...planBody(plan));
    });
    box.append(details);
  }
  if (report.plans.length === 1) box.firstChild.open = true;
}

function planWords(plan) {
  const builds = plan.builds;
  const total = builds.reduce((sum, build) => sum + build.times, 0);
  const nested = builds.filter((build) => !build.top_level && !isRejected(build)).length;
  const rejected = builds.filter(isRejected).length;
  const parts = [`${counted(builds.length, "sdist")} ${builds.length === 1 ? "is" : "are"} built`];
  if (total !== builds.length) parts.push(`${total} builds in all`);
  if (nested) parts.push(`${nested} of them only to build others`);
  if (rejected) parts.push(`${rejected} to read ${rejected === 1 ? "its" : "their"} metadata alone`);
  return `${parts.join(", ")} (${plan.installer === "pip-no-cache" ? "pip without a cache" : plan.installer})`;
}

// Neither installed nor asked for by another build: a version that the installer tries and leaves.
function isRejected(build) {
  return !build.top_level && !build.asked_by?.length;
}

function planBody(plan) {
  const told = new Set();
  const installed = plan.builds.filter((build) => build.top_level);
  const roots = [...installed, ...plan.builds.filter(isRejected)];
  const tree = el("ul", { class: "tree" }, roots.map((build) => branch(plan, build, told)));
  for (const build of plan.builds) { // what only a circle asks for
    if (!told.has(build)) tree.append(branch(plan, build, told));
  }
  return [
    el("p", { class: "note" }, "Below a package: what its build environment must build first."),
    tree,
    (plan.cycles ?? []).map((cycle) => el("p", { class: "bad" }, `! a circle of build requirements: ${cycle.join(" → ")}`)),
    plan.commands ? commands(plan.commands) : el("p", { class: "note" }, plan.commands_unknown ? `No commands: ${plan.commands_unknown}.` : ""),
  ].flat();
}

function branch(plan, build, told) {
  const head = [sign(build.rank), " ", el("b", null, build.label), build.times > 1 ? ` × ${build.times}` : "",
    el("span", { class: "version" }, costWords(build), isRejected(build) ? ", only to read its metadata" : "")];
  if (told.has(build)) return el("li", null, el("p", null, head, el("span", { class: "version" }, " (as above)")));
  told.add(build);
  const children = plan.builds.filter((one) => one.asked_by?.includes(build.label));
  const isStopped = (build.obstacles ?? []).length > 0;
  return el("li", null,
    el("details", { open: children.length > 0 },
      el("summary", null, head, isStopped ? el("span", { class: "bad" }, obstacleWords(build)) : null),
      el("details", { class: "inner" }, el("summary", null, needsWords(build) || "how it is built"), buildFacts(build)),
      children.length ? el("ul", { class: "tree" }, children.map((child) => branch(plan, child, told))) : null));
}

function costWords(build) {
  const time = (build.cost ?? []).find(([name]) => name === "Time") ?? (build.cost ?? [])[0];
  return time ? ` ${time[1]}${build.times > 1 ? " each" : ""}` : "";
}

function needsWords(build) {
  const names = (build.needs ?? []).filter((need) => need.role === "required" && !need.from_pypi).map((need) => need.name);
  return names.length ? `needs ${names.join(", ")}` : "";
}

function obstacleWords(build) {
  return build.obstacles.some((one) => one.fatal) ? " ✗ fails" : " ! may fail";
}

function buildFacts(build) {
  const needs = (role) => (build.needs ?? []).filter((need) => need.role === role && !need.from_pypi)
    .map((need) => need.name + (need.minimum_version ? ` ≥ ${need.minimum_version}` : "")).join(", ");
  const fetched = (build.needs ?? []).filter((need) => need.from_pypi).map((need) => need.name).join(", ");
  const environment = (build.environment ?? []).map((one) => `${one.name} ${one.version ?? "?"}`);
  const sources = [...new Set((build.needs ?? []).map((need) => need.source))];
  const facts = [
    ["Why", build.reason],
    ["Needs", needs("required")],
    ["May use", needs("optional")],
    ["Brings along", needs("bundled")],
    ["From the index", fetched],
    ["Says who", sources.join("; ")],
    ...(build.cost ?? []).map(([name, value, basis]) => [name, basis ? `${value}, ${basis}` : value]),
    ["Environment", environment.join(", ")],
    ["Build requires", (build.requires ?? []).join(", ")],
  ].filter(([, value]) => value);
  return el("div", null,
    (build.obstacles ?? []).map((one) => el("p", { class: "bad" }, `${one.fatal ? "✗" : "!"} ${one.message} `,
      el("span", { class: "version" }, one.source))),
    build.problem ? el("p", { class: "bad" }, `! ${build.problem}`) : null,
    definitions(facts),
    build.constraints ? pasted("Constraint file with build requirements of its own time", build.constraints) : null);
}

function commands(found) {
  return [
    found.build ? pasted(`Before: what the builds need (${found.distribution})`, found.build) : null,
    found.remove ? pasted("After: take away again what only the builds need", found.remove) : null,
    found.run ? pasted("In a later stage: what the built packages need", found.run) : null,
    found.unresolved?.length ? el("p", { class: "bad" },
      `! ${found.distribution} has no package that we know for ${found.unresolved.join(", ")}`) : null,
  ].filter(Boolean);
}

function pasted(title, text) {
  return el("div", { class: "paste" }, el("p", { class: "note" }, title, " ", copyButton("Copy", () => text)),
    el("pre", { tabindex: "0", role: "group", "aria-label": title }, text));
}
