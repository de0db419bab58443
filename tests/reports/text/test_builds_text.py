"""Source builds for people: whom each build is for, and what may stop it."""

from sample_bills import build, priced_story
from sample_reports import alpine_story

from wheelcheck import Verdict
from wheelcheck.reports.text.builds_text import draw_plan
from wheelcheck.reports.text.report_text import render_text
from wheelcheck.reports.text.text_page import TextPage
from wheelcheck.reports.values.build_values import BuildPlan, Commands, Obstacle


def planned(*builds) -> BuildPlan:
    return BuildPlan(target="python:3.8-alpine", installer="pip", builds=builds)


def drawn(plan: BuildPlan) -> str:
    page = TextPage(120, colour=False)
    draw_plan(page, plan)
    return page.text()


def tried(name: str, version: str, *by: str, **more):
    return build(name, version, 1, **more).model_copy(update={"tried_by": by})


def test_a_version_that_is_only_tried_says_who_tries_it():
    inner = tried("scipy", "1.10.0", "scikit-learn 1.2.2", top_level=False)
    unread = tried("scipy", "1.9.3", "scikit-learn 1.2.2", top_level=False)
    unread = unread.model_copy(update={"sources_read": False})
    outer = tried("torch", "2.0", "requirements", top_level=False)
    both = tried("scipy", "1.10.1", "scikit-learn 1.2.2", times=2)
    text = drawn(planned(inner, outer, both, unread))
    assert "scipy 1.10.0, tried for its metadata by scikit-learn 1.2.2, which takes" in text
    assert "torch 2.0, tried for its metadata by the installation, which takes" in text
    assert "scipy 1.10.1 × 2, installed, tried for its metadata by scikit-learn 1.2.2" in text
    assert text.count("its sources not") == 1


def test_the_summary_distinguishes_builds_for_others_from_tried_builds():
    story = alpine_story()
    inner = build("numpy", "1.17.3", 1, top_level=False)
    inner = inner.model_copy(update={"asked_by": ("pandas 2.0.0",)})
    vain = tried("scipy", "1.10.0", "scikit-learn 1.2.2", top_level=False)
    plan = planned(inner, vain, build("pandas", "2.0.0", 1))
    text = render_text(story.model_copy(update={"builds": (plan,)}))
    assert "3 sdists are built, 1 only to build others, 1 tried and not taken" in text


def test_an_obstacle_to_a_build_requirement_says_whom_it_is_for():
    obstacle = Obstacle(code="python-too-new", message="too old", source="a test", fatal=True)
    inner = build("numpy", "1.17.3", 1, top_level=False)
    inner = inner.model_copy(update={"asked_by": ("pandas 2.0.0",), "obstacles": (obstacle,)})
    plan = planned(inner, build("pandas", "2.0.0", 1))
    text = render_text(priced_story().model_copy(update={"builds": (plan,)}))
    assert "numpy 1.17.3 (to build pandas 2.0.0) fails: too old" in text


def test_why_a_build_without_a_compiler_fails_is_reported_as_well():
    obstacle = Obstacle(code="missing-readme", message="no readme", source="a test", fatal=True)
    pure = build("pytz", "2023.3", 1, verdict=Verdict.SOURCE_PURE)
    pure = pure.model_copy(update={"obstacles": (obstacle,)})
    story = alpine_story()
    text = render_text(story.model_copy(update={"builds": (planned(pure),)}))
    assert "What builds run into\n✗ pytz 2023.3 fails: no readme [missing-readme: a test]" in text
    assert "To build it all the same" not in text


def on_both_images(*builds) -> tuple[BuildPlan, BuildPlan]:
    """Plans for slim and Alpine with the same commands, under different distributions."""
    alpine = planned(*builds)
    return tuple(
        alpine.model_copy(
            update={
                "target": f"python:3.8-{image}",
                "commands": Commands(distribution=image, build="get gcc", run="", remove=""),
            }
        )
        for image in ("slim", "alpine")
    )


def test_targets_with_the_same_commands_share_them():
    plans = on_both_images(build("pandas", "2.0.0", 1))
    text = render_text(priced_story().model_copy(update={"builds": plans}))
    assert text.count("get gcc  # before") == 1


def test_obstacles_that_differ_in_the_version_of_python_share_an_example():
    first, second = on_both_images(build("pandas", "2.0.0", 1))

    def obstructed(plan: BuildPlan, python: str) -> BuildPlan:
        obstacle = Obstacle(code="c-api-gone", message=f"Python {python} lacks f", source="a test")
        builds = tuple(b.model_copy(update={"obstacles": (obstacle,)}) for b in plan.builds)
        return plan.model_copy(update={"builds": builds})

    plans = (obstructed(first, "3.12"), obstructed(second, "3.13"))
    text = render_text(priced_story().model_copy(update={"builds": plans}), width=200)
    assert text.count("may fail") == 1
    assert "on both targets: for example on python:3.8-slim: Python 3.12 lacks f" in text
