from base64 import b64encode
from hashlib import sha256

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from page_reading import Element, embedded, parsed
from sample_bills import priced_matrix, priced_story
from sample_dockerfiles import (
    CORRECTION,
    NAME,
    OTHER_IMAGE,
    broken_image,
    broken_policy,
    sound_image,
    worded,
)
from sample_reports import (
    alpine_story,
    big,
    images,
    mixed,
    nasty,
    today,
    unjudged_target,
)

from wheelcheck.reports.html import render_html
from wheelcheck.reports.html.pool import encode
from wheelcheck.reports.values.report import Report
from wheelcheck.reports.wording.dockerfile_phrases import nothing_found
from wheelcheck.reports.wording.headline import headline
from wheelcheck.reports.wording.phrases import clean

REPORTS = {
    "alpine story": alpine_story(),
    "today": today(),
    "mixed": mixed(),
    "three images": images(3),
    "sixty images": images(60),
    "nasty": nasty(),
    "unjudged target": unjudged_target(),
    "priced story": priced_story(),
    "priced matrix": priced_matrix(),
    "dockerfile": broken_image(),
    "dockerfile and policy": broken_policy(),
    "sound dockerfile": sound_image(),
    "no targets": Report(inputs=(), targets=(), packages=()),
    "no packages": alpine_story().model_copy(update={"packages": ()}),
}
HOSTILE = [
    "</script><script>alert(1)</script>",
    "<!--<script>",
    "<img src=x onerror=alert(1)>",
    "\"' onmouseover=alert(1) x='",
    "&lt;b&gt; &amp; &#x3c;",
    "]]>\u2028\u2029\ud800\x00",
    "__proto__",
    "$policy ${data} $$",
]


@pytest.mark.parametrize("name", REPORTS)
def test_every_report_becomes_a_well_formed_page(name):
    page = render_html(REPORTS[name])
    page.encode()
    root = parsed(page)
    (title,) = root.all("h1")
    assert title.text == headline(REPORTS[name])
    ids = [element.attributes["id"] for element in root.walk() if "id" in element.attributes]
    assert len(ids) == len(set(ids))
    assert embedded(page)["packages"] is not None


@pytest.mark.parametrize("name", REPORTS)
def test_no_address_leads_away_from_the_page(name):
    for element in parsed(render_html(REPORTS[name])).walk():
        for attribute in ("src", "href", "action", "srcset", "data", "style"):
            value = element.attributes.get(attribute)
            assert value is None or value.startswith(("#", "data:image/svg+xml,"))
        assert not [key for key in element.attributes if key.startswith("on")]


def test_the_policy_allows_this_style_and_this_script_alone():
    root = parsed(render_html(alpine_story()))
    (policy,) = root.all("meta", http_equiv="Content-Security-Policy") or [
        meta for meta in root.all("meta") if meta.attributes.get("http-equiv")
    ]
    (style,) = root.all("style")
    script = root.all("script")[-1]
    rules = dict(
        rule.strip().split(" ", 1) for rule in str(policy.attributes["content"]).split(";")
    )
    assert rules["default-src"] == "'none'"
    for name, element in (("style-src", style), ("script-src", script)):
        digest = b64encode(sha256(element.text.encode()).digest()).decode()
        assert rules[name] == f"'sha256-{digest}'"


def table_of(page: str) -> dict[str, list[str]]:
    """The matrix: package and version → signs or words."""
    (table,) = [
        each
        for each in parsed(page).all("table")
        if "matrix" in (each.attributes.get("class") or "")
    ]
    (body,) = table.all("tbody")
    rows = {}
    for row in body.all("tr"):
        (head,) = row.all("th", scope="row")
        rows[head.text] = [cell.text for cell in row.all("td")]
    return rows


def test_without_scripts_the_packages_that_matter_are_there():
    assert table_of(render_html(alpine_story())) == {
        "numpy 1.24.2": ["· wheel", "▲ compiles"],
        "pandas 2.0.0": ["· wheel", "▲ compiles"],
        "scikit-learn 1.2.2": ["· wheel", "▲ compiles"],
        "scipy 1.10.1": ["· wheel", "▲ compiles"],
    }


def test_without_scripts_trouble_comes_first_and_every_cell_has_a_word():
    page = render_html(mixed())
    rows = table_of(page)
    assert next(iter(rows)) == "torch 2.12.0"
    assert rows["torch 2.12.0"] == ["·"] * 12 + ["✗"] * 12
    assert "requests 2.34.0" not in rows
    (table,) = [
        each
        for each in parsed(page).all("table")
        if "matrix" in (each.attributes.get("class") or "")
    ]
    words = {cell.attributes["aria-label"] for cell in table.all("td")}
    assert words == {"no file", "compiles", "unknown", "may compile", "builds", "wheel"}


def test_without_scripts_the_rest_is_folded_with_all_its_names():
    (folded,) = parsed(render_html(mixed())).all("details", class_="folded")
    assert "4 packages come as wheels wherever they are needed" in folded.text
    assert "triton, numpy, attrs, requests" in folded.text


def test_columns_of_a_grid_stand_by_libc_then_architecture_then_python():
    (table,) = [
        each
        for each in parsed(render_html(today())).all("table")
        if "matrix" in (each.attributes.get("class") or "")
    ]
    groups = [
        (heading.text, heading.attributes["colspan"])
        for heading in table.all("th", scope="colgroup")
    ]
    assert groups == [
        ("glibc 2.28", "12"),
        ("musl 1.2", "12"),
        *[("x86_64", "6"), ("aarch64", "6")] * 2,
    ]
    pythons = [heading.text for heading in table.all("th", scope="col")][1:]
    assert pythons == ["3.11", "3.12", "3.13", "3.14", "3.15", "3.15t"] * 4


def test_costs_stand_with_their_interval_beside_the_verdicts():
    (section,) = parsed(render_html(priced_story())).all("section", id="bill")
    rows = [row for row in section.all("tr") if row.all("td")]
    slim, alpine = rows[0].text, rows[1].text
    assert "10 wheels" in slim
    assert "31 s" in slim
    assert "22–40 s" in slim
    assert "▲ 4 compile" in alpine
    assert "1 h 42 min" in alpine
    assert "76 min – 2 h 8 min" in alpine
    assert "more than the machine has (1 GB)" in alpine
    assert "nothing like it was ever measured" in section.text


def test_without_bills_no_cost_is_named():
    (section,) = parsed(render_html(alpine_story())).all("section", id="bill")
    assert section.all("h2")[0].text == "Target by target"
    assert [heading.text for heading in section.all("th", scope="col")] == ["Target", "Packages"]


def test_obstacles_of_builds_are_shown_with_their_source():
    (section,) = parsed(render_html(priced_story())).all("section", id="obstacles")
    assert "numpy 1.17.3 may fail on python:3.8-alpine" in section.text
    assert "numpy's issue 22135" in section.text


def test_an_incomplete_answer_says_so_before_the_matrix():
    page = render_html(mixed())
    assert page.index("This answer is incomplete") < page.index('id="matrix"')
    assert "This answer is incomplete" not in render_html(alpine_story())


def test_the_data_hold_every_cell():
    report = priced_story()
    data = embedded(render_html(report))
    names = [target["name"] for target in data["targets"]]
    assert {package["name"] for package in data["packages"]} == {
        package.name for package in report.packages
    }
    for row in data["packages"]:
        package = report.package(row["name"])
        for name, cell in zip(names, row["on"], strict=True):
            assert cell["verdict"] == package.on[name].verdict
            assert cell["reason"] == package.on[name].reason
            assert cell.get("version") == package.on[name].version


def test_plans_that_look_alike_are_shown_once():
    story = priced_story()
    (plan,) = story.builds
    twin = plan.model_copy(update={"target": story.targets[0].name})
    data = embedded(render_html(story.model_copy(update={"builds": (plan, twin)})))
    (shown,) = data["plans"]
    assert shown["where"] == "both targets"
    assert shown["targets"] == [plan.target, twin.target]


def test_a_big_report_stays_under_a_megabyte():
    assert len(render_html(big()).encode()) < 1_000_000


def renamed(text: str) -> Report:
    """The priced story with `text` in all that an index or a file may hold."""
    story = priced_story()
    packages = []
    for package in story.packages:
        on = {
            target: cell.model_copy(
                update={
                    "version": text,
                    "reason": text,
                    "file": text,
                    "requested_by": (text,),
                    "yanked": text,
                    "misses": tuple(
                        m.model_copy(update={"file": text, "why": text}) for m in cell.misses
                    ),
                }
            )
            for target, cell in package.on.items()
        }
        packages.append(package.model_copy(update={"name": f"{package.name}{text}", "on": on}))
    return story.model_copy(update={"inputs": (text,), "packages": tuple(packages)})


def shape(page: str) -> list[str]:
    return [element.tag for element in parsed(page).walk()]


HARMLESS = shape(render_html(renamed("x y")))


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_is_text(text):
    page = render_html(renamed(text))
    assert shape(page) == HARMLESS
    assert tidied(f"numpy{text}") in {package["name"] for package in embedded(page)["packages"]}


@settings(max_examples=30)
@given(st.text(st.sampled_from("<>&\"'/!-=`$\\{}[]() \n\u2028\u202e\x00\ud800aescriptonty0;#x")))
def test_no_text_changes_the_shape_of_the_page(text):
    page = render_html(renamed(f"a{text}z"))
    page.encode()
    assert shape(page) == HARMLESS


def dockerfile_of(report: Report) -> Element:
    (section,) = parsed(render_html(report)).all("section", id="dockerfile")
    return section


def test_findings_of_a_dockerfile_follow_the_matrix_with_errors_first():
    page = render_html(broken_image())
    assert page.index('id="matrix"') < page.index('id="dockerfile"') < page.index('id="why"')
    section = dockerfile_of(broken_image())
    assert section.all("h2")[0].text == f"What is found in {NAME}"
    first, _, third, note = (item.text for item in section.all("li", class_="finding"))
    assert first.startswith("✗ error: line 4 (stage 0): numpy 1.24.2 needs a C compiler")
    assert "missing-compiler" in first
    assert "RUN pip install --no-cache-dir -r requirements.txt" in first
    assert "Add gcc, musl-dev" in first
    assert "Leave out git" in third
    assert note.startswith("· note: line 3")
    assert "line 9: pip install $TOOLS: not judged: TOOLS is not known" in section.text
    assert "numpy 1.18.5 needs build requirements of its own time" in section.text


def test_an_image_that_cannot_be_built_is_reported_before_the_matrix():
    (warning,) = parsed(render_html(broken_image())).all("p", class_="broken")
    assert warning.text == f"✗ {NAME} does not work as it is: line 4 fails, see below."
    assert not parsed(render_html(sound_image())).all("p", class_="broken")
    assert nothing_found(sound_image().dockerfile) in dockerfile_of(sound_image()).text


def test_corrections_are_whole_and_every_changed_line_has_its_sign():
    section = dockerfile_of(broken_image())
    diffs = section.all("pre", class_="diff")
    assert [each.text for each in diffs] == [OTHER_IMAGE, CORRECTION]
    for diff in diffs:
        changed = {tag: [line.text for line in diff.all(tag)] for tag in ("ins", "del")}
        assert all(line.startswith("+") for line in changed["ins"])
        assert all(line.startswith("-") for line in changed["del"])
        assert f"--- {NAME}\n" not in changed["del"]  # a name, and no line that is taken away


WORDED = shape(render_html(worded("x y")))


@pytest.mark.parametrize("text", [*HOSTILE, "--- x", "@@ -1 +1 @@", "\tindented\t"])
def test_a_hostile_dockerfile_is_text(text):
    report = worded(f"a{text}")
    assert shape(render_html(report)) == WORDED
    diff = dockerfile_of(report).all("pre")[-1].text.removesuffix("\n")
    shown = "".join(
        character if character.isprintable() or character == "\t" else "�" for character in text
    )
    assert diff.split("\n")[-3:] == [f"-a{shown}", f"+a{shown}", f" a{shown}"]


VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from("abc"), inner),
    max_leaves=20,
)


def tidied(value):
    if isinstance(value, str):
        return "\n".join(map(clean, value.splitlines()))
    if isinstance(value, dict):
        return {key: tidied(item) for key, item in value.items()}
    return list(map(tidied, value)) if isinstance(value, list) else value


def typed(value):
    """Equality that distinguishes True, 1 and 1.0."""
    if isinstance(value, dict):
        return {key: typed(item) for key, item in value.items()}
    return [typed(item) for item in value] if isinstance(value, list) else (type(value), value)


@given(VALUES)
def test_data_come_back_as_they_were(value):
    encoded = encode({"it": value})
    assert not set("<>&\u2028\u2029") & set(
        encoded
    )  # nothing that ends or begins markup in a script
    page = f'<script id="data">{encoded}</script>'
    assert typed(embedded(page)["it"]) == typed(tidied(value))
