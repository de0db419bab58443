// The page of a survey: look a project up, and list those without a wheel.
const survey = JSON.parse(byId("data").textContent);
const WORDS = {
  p: ["pure-wheel", "·", "pure wheel"],
  w: ["wheel", "·", "wheel"],
  s: ["source-pure", "○", "sdist, nothing compiles"],
  q: ["source-unknown", "△", "sdist, may compile"],
  n: ["source-native", "▲", "compiles"],
  x: ["unavailable", "✗", "no file"],
  u: ["unknown", "?", "not known"],
  "-": ["not-required", "–", "not surveyed"],
};
const MOST_NEAR = 12;
const width = survey.targets.length;
const numbers = new Map(survey.projects.map((name, number) => [name, number]));
const letterOf = (project, target) => survey.letters[project * width + target];
const normalised = (name) => name.trim().toLowerCase().replace(/[-_.]+/g, "-");

function sinceOf(project) {
  if (!survey.since) return null;
  const row = [];
  const runs = survey.since[project];
  for (let place = 0; place < runs.length; place += 2) {
    for (let times = 0; times < runs[place + 1]; times += 1) row.push(runs[place]);
  }
  return row.map((number) => (number < 0 ? "–" : survey.sinceVersions[number]));
}

function projectTable(project) {
  const name = survey.projects[project];
  const since = sinceOf(project);
  const heads = ["Target", "Latest release", ...(since ? ["First with a wheel"] : [])];
  const lines = survey.targets.map((target, column) => {
    const [verdict, sign, words] = WORDS[letterOf(project, column)];
    return el("tr", null,
      el("th", { scope: "row" }, target),
      el("td", null, el("span", { class: `sign ${verdict}`, "aria-hidden": "true" }, sign), ` ${words}`),
      since ? el("td", null, since[column]) : null);
  });
  const worst = survey.targets.find((_, column) => !"pw".includes(letterOf(project, column))) ?? survey.targets[0];
  const command = `wheelcheck explain ${name} --target ${worst}`;
  return [
    el("h3", null, name, " ", el("span", { class: "version" }, survey.versions[project] || "no release")),
    el("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": `Wheels of ${name}` },
      el("table", null,
        el("thead", null, el("tr", null, heads.map((head) => el("th", { scope: "col" }, head)))),
        el("tbody", null, lines))),
    el("p", null, "More: ", el("code", null, command), " ", copyButton("Copy", () => command)),
  ];
}

function nearButtons(text) {
  const near = survey.projects.filter((name) => name.includes(text)).slice(0, MOST_NEAR);
  if (!near.length) return [el("p", { class: "near" }, "No project of this survey has such a name.")];
  return near.map((name) => el("button", { type: "button", onclick: () => choose(name) }, name));
}

function show() {
  const text = normalised(byId("name").value);
  const found = byId("found");
  if (!text) found.replaceChildren();
  else if (numbers.has(text)) found.replaceChildren(...present(projectTable(numbers.get(text))));
  else found.replaceChildren(...nearButtons(text));
}

function choose(name) {
  byId("name").value = name;
  history.replaceState(null, "", `#${encodeURIComponent(name)}`);
  show();
}

function listWithout() {
  const target = Number(byId("target").value);
  const items = [];
  for (let project = 0; project < survey.projects.length && items.length < survey.shown; project += 1) {
    const letter = letterOf(project, target);
    if ("pwu-".includes(letter)) continue;
    const [verdict, sign, words] = WORDS[letter];
    items.push(el("li", null,
      el("span", { class: `sign ${verdict}`, title: words }, sign), ` ${survey.projects[project]} `,
      el("span", { class: "version" }, survey.versions[project])));
  }
  byId("without").replaceChildren(...items);
}

startTheme(byId("tools"));
byId("name").addEventListener("input", show);
byId("target").append(...survey.targets.map((target, number) => el("option", { value: String(number) }, target)));
byId("target").addEventListener("change", listWithout);
listWithout();
if (location.hash.length > 1) choose(decodeURIComponent(location.hash.slice(1)));
