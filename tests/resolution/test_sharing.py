"""A result taken over from another target equals the one found from scratch, always."""

import gc

from fake_index import FakeIndex
from hypothesis import given, settings
from hypothesis import strategies as st
from made_indexes import TARGETS, indexes, needs
from packaging.utils import canonicalize_name
from situations import requirements_of

from wheelcheck.requirements.requirement_set import FilePolicy, FormatControl
from wheelcheck.resolution import Resolver, resolve
from wheelcheck.resolution.answers import Answers
from wheelcheck.resolution.common import Common


@settings(max_examples=150)
@given(index=indexes(), roots=st.lists(needs, min_size=1, max_size=3))
def test_sharing_never_changes_the_answer(index, roots):
    shared = Resolver(requirements_of(*roots), index)
    for on in TARGETS:
        assert shared.resolve(on) == resolve(requirements_of(*roots), on, index)


@settings(max_examples=100)
@given(index=indexes(), roots=st.lists(needs, min_size=1, max_size=3))
def test_looking_ahead_never_changes_the_answer(index, roots):
    foreseeing = Resolver(requirements_of(*roots), index)
    foreseeing.prefetch(TARGETS)
    for on in TARGETS:
        assert foreseeing.resolve(on) == resolve(requirements_of(*roots), on, index)


POLICIES = [
    FilePolicy(),
    FilePolicy(no_binary=FormatControl(names=frozenset({canonicalize_name("a")}))),
    FilePolicy(only_binary=FormatControl(all_projects=True)),
]


@settings(max_examples=100)
@given(
    index=indexes(),
    questions=st.lists(
        st.tuples(st.lists(needs, min_size=1, max_size=3), st.sampled_from(POLICIES)),
        min_size=2,
        max_size=3,
    ),
)
def test_resolvers_that_share_give_the_answers_of_each_alone(index, questions):
    common = Common(index)
    for roots, policy in questions:
        requirements = requirements_of(*roots, policy=policy)
        sharing = Resolver(requirements, index, common=common)
        for on in TARGETS:
            assert sharing.resolve(on) == resolve(requirements, on, index)


@settings(max_examples=100)
@given(index=indexes(), roots=st.lists(st.lists(needs, min_size=1, max_size=3), min_size=2))
def test_forgetting_never_changes_an_answer(index, roots):
    common = Common(index)
    first, other = (Resolver(requirements_of(*lines), index, common=common) for lines in roots[:2])
    first.prefetch(TARGETS)
    for on in TARGETS:
        first.resolve(on)
        other.resolve(on)
        first.forget()
    for resolver, lines in zip((other, first), reversed(roots[:2]), strict=True):
        for on in TARGETS:
            assert resolver.resolve(on) == resolve(requirements_of(*lines), on, index)


def held_answers() -> list[Answers]:
    return [each for each in gc.get_objects() if isinstance(each, Answers)]


def test_what_is_forgotten_does_not_wait_for_the_garbage_collector():
    index = FakeIndex({"a": {"1": ["a-1-py3-none-any.whl"], "2": ["a-2.tar.gz"]}})
    resolver = Resolver(requirements_of("a"), index)
    gc.collect()
    gc.disable()
    try:
        before = held_answers()  # what other tests have left
        resolver.prefetch(TARGETS)
        found = [resolver.resolve(on) for on in TARGETS]
        assert len(held_answers()) > len(before)
        resolver.forget()
        assert not [each for each in held_answers() if not any(each is old for old in before)]
    finally:
        gc.enable()
    assert all(each.pins for each in found)


def test_what_another_index_offers_is_not_taken_over():
    there = FakeIndex({"a": {"1": ["a-1-py3-none-any.whl"]}})
    common = Common(there)
    assert Resolver(requirements_of("a"), there, common=common).resolve(TARGETS[0]).pins["a"].file
    here = FakeIndex({"a": {"2": ["a-2-py3-none-any.whl"]}})
    found = Resolver(requirements_of("a"), here, common=common).resolve(TARGETS[0])
    assert str(found.pins["a"].version) == "2"


def test_nothing_is_announced_to_an_index_that_fetches_nothing():
    class Stored(FakeIndex):
        fetches = False

    index = Stored({"a": {"1": ["a-1-py3-none-any.whl"]}})
    Resolver(requirements_of("a"), index).prefetch(TARGETS)
    assert index.questions == []


def test_looking_ahead_asks_for_everything_before_it_is_needed():
    index = FakeIndex(
        {
            "a": {"1": ["a-1-py3-none-any.whl"]},
            "b": {"1": ["b-1-py3-none-any.whl"], "2": ["b-2-py3-none-any.whl"]},
            "c": {"1": ["c-1-cp312-cp312-musllinux_1_1_x86_64.whl", "c-1-py3-none-any.whl"]},
        },
        requires={("a", "1"): ["b<2"], ("b", "1"): ["c; python_version < '3.13'"]},
    )
    resolver = Resolver(requirements_of("a"), index)
    resolver.prefetch(TARGETS)
    looked_up = [what for how, what in index.questions if how == "project"]
    announced = [what for how, what in index.questions if how == "prefetch"]
    assert set(looked_up) == {"a", "b", "c"}
    for name in looked_up:
        first = index.questions.index(("prefetch", name))
        assert first < index.questions.index(("project", name))
    assert "b-2-py3-none-any.whl" not in announced  # no metadata of what cannot be chosen
    assert "c-1-cp312-cp312-musllinux_1_1_x86_64.whl" in announced


def test_what_may_be_tried_after_a_refused_version_is_announced_together():
    versions = [str(number) for number in range(1, 7)]
    index = FakeIndex(
        {"a": {each: [f"a-{each}-py3-none-any.whl"] for each in versions}, "b": {"1": ["b-1.zip"]}},
        requires={("a", each): ["b>1"] for each in versions[2:]},
    )
    assert str(resolve(requirements_of("a"), TARGETS[0], index).pins["a"].version) == "2"
    questions = index.questions
    tried = questions.index(("metadata", "a-5-py3-none-any.whl"))
    announced = {what for how, what in questions[:tried] if how == "prefetch"}
    assert {f"a-{each}-py3-none-any.whl" for each in (5, 4, 3)} <= announced
    assert not {f"a-{each}-py3-none-any.whl" for each in (2, 1)} & announced
