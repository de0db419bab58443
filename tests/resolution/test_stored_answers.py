"""Solving with answers of an earlier run equals solving from scratch, whatever was edited."""

from datetime import UTC, datetime

import pytest
from fake_index import FakeIndex
from hypothesis import given, settings
from hypothesis import strategies as st
from made_indexes import TARGETS, indexes, needs
from packaging.utils import canonicalize_name
from situations import requirements_of, target

from wheelcheck.errors import Unknown
from wheelcheck.index.interface import Sdist, Wheel
from wheelcheck.requirements.requirement_set import FilePolicy, FormatControl
from wheelcheck.resolution import Resolver, resolve
from wheelcheck.resolution.common import Common
from wheelcheck.resolution.solving.provider import Provider
from wheelcheck.resolution.stored.stored_answers import StoredAnswers

POLICIES = [
    FilePolicy(),
    FilePolicy(no_binary=FormatControl(names=frozenset({canonicalize_name("a")}))),
    FilePolicy(only_binary=FormatControl(all_projects=True)),
    FilePolicy(prefer_binary=True),
]
ON = target()
roots = st.lists(needs, min_size=1, max_size=4)


def stored_by(index, *questions, before=None):
    """What runs on these questions store, one after another, each with what was stored before."""
    data = before
    for requirements, targets in questions:
        answers = StoredAnswers(data)
        resolver = Resolver(requirements, index, common=Common(index, answers))
        for on in targets:
            resolver.resolve(on)
        data = answers.encoded() or data
    return data


def resolved(requirements, index, data, targets):
    resolver = Resolver(requirements, index, common=Common(index, StoredAnswers(data)))
    return [resolver.resolve(on) for on in targets]


@settings(max_examples=60, deadline=None)
@given(
    index=indexes(),
    first=st.tuples(roots, st.sampled_from(POLICIES)),
    second=st.tuples(roots, st.sampled_from(POLICIES)),
    third=st.tuples(roots, st.lists(needs, max_size=2)),
)
def test_what_was_stored_never_changes_the_answer(index, first, second, third):
    questions = [requirements_of(*lines, policy=policy) for lines, policy in (first, second)]
    questions.append(requirements_of(*third[0], constraints=tuple(third[1])))
    data = None
    for requirements in questions:
        expected = [resolve(requirements, on, index) for on in TARGETS]
        assert resolved(requirements, index, data, TARGETS) == expected
        data = stored_by(index, (requirements, TARGETS), before=data)
        assert resolved(requirements, index, data, reversed(TARGETS)) == expected[::-1]


def test_what_was_stored_of_a_target_says_nothing_of_wheels_for_another():
    """Of stored answers nobody has seen which wheels were passed over."""
    wheel = "a-2-cp312-cp312-musllinux_1_1_x86_64.whl"
    index = FakeIndex({"a": {"1": ["a-1-py3-none-any.whl"], "2": [wheel]}})
    lines = requirements_of("a")
    for first in TARGETS:
        data = stored_by(index, (lines, [first]))
        for on in TARGETS:
            expected = [resolve(lines, each, index) for each in (first, on)]
            assert resolved(lines, index, data, (first, on)) == expected


def shop(**more):
    files = {
        "a": {"1": ["a-1-py3-none-any.whl"], "2": ["a-2-cp312-cp312-manylinux_2_17_x86_64.whl"]},
        "b": {"1": ["b-1-py3-none-any.whl"], "2": ["b-2.tar.gz"]},
        "c": {"1": ["c-1-py3-none-any.whl"]},
    }
    requires = {("a", "2"): ["b<2", "c[x]>=1 ; python_version >= '3.12'"], ("a", "1"): ["b"]}
    return FakeIndex(files, requires=requires, **more)


def test_no_page_and_no_metadata_is_read_for_what_was_stored():
    index = shop()
    data = stored_by(index, (requirements_of("a", "c"), [ON]))
    index.questions.clear()
    [found] = resolved(requirements_of("c<9", "a"), index, data, [ON])
    assert {name[0] for _, name in index.questions} == {"c"}, "it has another bound"
    assert found == resolve(requirements_of("c<9", "a"), ON, shop())


def test_what_was_stored_is_not_sought_ahead(monkeypatch):
    index = shop()
    data = stored_by(index, (requirements_of("a", "c"), [ON]))
    looked_at = []
    candidates = Provider.candidates

    def noted(provider, needs, *others):
        looked_at.extend(need.name for need in needs)
        return candidates(provider, needs, *others)

    monkeypatch.setattr(Provider, "candidates", noted)
    lines = requirements_of("c<9", "a")
    Resolver(lines, index, common=Common(index, StoredAnswers(data))).prefetch([ON])
    assert set(looked_at) == {"c"}
    looked_at.clear()
    Resolver(lines, index, common=Common(index, StoredAnswers())).prefetch([ON])
    assert set(looked_at) == {"a", "b", "c"}


def test_the_files_that_are_given_back_are_those_of_the_page():
    facts = {
        "requires_python": {("a", "2"): ">=3.8"},
        "upload_times": {("a", "2"): "2024-05-06T07:08:09.123456Z", ("b", "1"): "2023-01-01"},
        "yanked": {("c", "1"): "broken"},
        "sizes": {("a", "2"): 12345},
        "hashes": {("a", "2"): {"sha256": "0" * 64}},
    }
    index, lines = shop(**facts), requirements_of("a", "c==1", "b==2")
    data = stored_by(index, (lines, [ON]), (requirements_of("b"), [ON]))
    pins = resolved(requirements_of("a", "c==1"), index, data, [ON])[0].pins
    assert {type(pin.file) for pin in pins.values()} == {Wheel}
    assert pins == resolve(requirements_of("a", "c==1"), ON, index).pins
    built = resolved(requirements_of("b"), index, data, [ON])[0].pins["b"].file
    assert isinstance(built, Sdist)
    assert built.url == index.project(canonicalize_name("b")).files(built.version)[0].url


def test_what_could_not_be_read_is_unknown_again():
    unread = Unknown("metadata-unreadable", "its metadata is broken")
    index = FakeIndex({"a": {"1": ["a-1-py3-none-any.whl"]}}, requires={("a", "1"): unread})
    data = stored_by(index, (requirements_of("a"), [ON]))
    [found] = resolved(requirements_of("a"), index, data, [ON])
    assert found.pins["a"].dependencies_unknown == unread


def test_another_date_bound_installer_or_platform_is_answered_by_itself():
    index = shop(upload_times={("a", "2"): "2024-01-01", ("a", "1"): "2023-01-01"})
    data = stored_by(index, (requirements_of("a"), [ON]))
    bound = FilePolicy(exclude_newer=datetime(2023, 6, 1, tzinfo=UTC))
    for lines, on in [
        (requirements_of("a", policy=bound), ON),
        (requirements_of("a"), target("musl")),
        (requirements_of("a"), target(python=(3, 13))),
    ]:
        assert resolved(lines, index, data, [on]) == [resolve(lines, on, index)]


@pytest.mark.parametrize("data", [b"", b"nonsense", b"\x93\x90\x90\x90", b"\x93\x90\x90\x80"])
def test_data_that_cannot_be_read_counts_as_none(data):
    assert resolved(requirements_of("a"), shop(), data, [ON]) == [
        resolve(requirements_of("a"), ON, shop())
    ]


def test_nothing_is_stored_where_nothing_is_new_or_a_url_has_a_secret():
    index = shop()
    data = stored_by(index, (requirements_of("a"), [ON]))
    again = StoredAnswers(data)
    Resolver(requirements_of("a"), index, common=Common(index, again)).resolve(ON)
    assert again.encoded() is None
    secret = FakeIndex({"a": {"1": ["a-1-py3-none-any.whl"]}})
    [file] = secret.project(canonicalize_name("a")).files(
        next(iter(secret.project(canonicalize_name("a")).versions))
    )
    answers = StoredAnswers()
    answers.place(Wheel(file.filename, f"{file.url}?token=hidden", file.name, file.version))
    answers.is_new = True
    assert answers.encoded() is None
