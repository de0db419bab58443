"""The solver settles what resolvelib settles, step by step."""

# ruff: noqa: ARG002  (resolvelib names the arguments)

import pytest
from fake_index import FakeIndex
from hypothesis import example, given, settings
from hypothesis import strategies as st
from packaging.requirements import Requirement
from resolvelib import AbstractProvider, BaseReporter, ResolutionImpossible, ResolutionTooDeep
from resolvelib import Resolver as Resolvelib
from situations import target

from wheelcheck.resolution.answers import Answers
from wheelcheck.resolution.choice import FileRules
from wheelcheck.resolution.common import Common
from wheelcheck.resolution.dependencies import MarkerEnvironment
from wheelcheck.resolution.needs import Need, identifier_of, needs_of
from wheelcheck.resolution.provider import PROMOTE_AFTER_CONFLICTS, Provider
from wheelcheck.resolution.solver import Impossible, Solver, TooDeep

NAMES = ["a", "b", "c", "d", "e", "f"]
VERSIONS = ["1", "2", "3", "4"]
CLAUSES = ["", "", ">=2", ">=3", "<3", "<2", "!=3", "==2", "==4", "~=2.0"]
ROUNDS = 300


class Judge(AbstractProvider):
    """The same rules as resolvelib asks for them."""

    def __init__(self, provider):
        self.provider = provider

    def identify(self, requirement_or_candidate):
        return identifier_of(requirement_or_candidate.name, requirement_or_candidate.extras)

    def get_preference(self, identifier, resolutions, candidates, information, backtrack_causes):
        needs = [told.requirement for told in information[identifier]]
        often = self.provider._conflicts[identifier] >= PROMOTE_AFTER_CONFLICTS
        return (not often, *self.provider.preference(identifier, needs))

    def narrow_requirement_selection(
        self, identifiers, resolutions, candidates, information, backtrack_causes
    ):
        return self.provider.most_urgent(identifiers, resolutions, backtrack_causes)

    def find_matches(self, identifier, requirements, incompatibilities):
        needs = list(requirements[identifier])
        base = list(requirements.get(needs[0].name, ())) if needs and needs[0].extras else []
        refused = set(incompatibilities.get(identifier, ()))
        return self.provider.candidates(needs, base, refused).__iter__

    def is_satisfied_by(self, requirement, candidate):
        return self.provider.satisfies(candidate, requirement)

    def get_dependencies(self, candidate):
        return self.provider.dependencies(candidate)


class LastState(BaseReporter):
    def ending(self, state):
        self.state = state


needs = st.builds(
    lambda name, extra, clause: f"{name}{extra}{clause}",
    st.sampled_from(NAMES),
    st.sampled_from(["", "", "", "[x]"]),
    st.sampled_from(CLAUSES),
)
graphs = st.fixed_dictionaries(
    {(name, version): st.lists(needs, max_size=3) for name in NAMES for version in VERSIONS}
)


def index_of(graph):
    files = {name: {v: [f"{name}-{v}-py3-none-any.whl"] for v in VERSIONS} for name in NAMES}
    return FakeIndex(files, requires=graph)


def provider_on(index, roots):
    on = target("glibc")
    answers = Answers(on, index, FileRules(), MarkerEnvironment(on.marker_environment()))
    requested = {need.identifier: place for place, need in enumerate(roots)}
    return Provider(answers, {}, requested, reference={}, common=Common())


def told_of(told):
    return [(each.requirement.text, each.parent and each.parent.label) for each in told]


def ours(index, roots):
    try:
        settled = Solver(provider_on(index, roots)).solve(roots, ROUNDS)
    except Impossible as impossible:
        return "impossible", told_of(impossible.causes)
    except TooDeep:
        return "too deep"
    pins = [(key, candidate.label) for key, candidate in settled.pins.items()]
    return pins, {key: told_of(told) for key, told in settled.told.items()}


def resolvelib(index, roots):
    reporter = LastState()
    try:
        Resolvelib(Judge(provider_on(index, roots)), reporter).resolve(roots, max_rounds=ROUNDS)
    except ResolutionImpossible as impossible:
        return "impossible", told_of(impossible.causes)
    except ResolutionTooDeep:
        return "too deep"
    except RecursionError:  # while it clears up; its answer stands by then
        pass
    pins = [(key, candidate.label) for key, candidate in reporter.state.mapping.items()]
    return pins, {key: told_of(each.information) for key, each in reporter.state.criteria.items()}


def roots_of(texts) -> list[Need]:
    return [need for text in texts for need in needs_of(Requirement(text), "user", lambda _: None)]


@settings(deadline=None, max_examples=300)
@given(graph=graphs, texts=st.lists(needs, min_size=1, max_size=5))
@example(graph={("a", "4"): ["b", "c<3"], ("b", "4"): ["c>=3"]}, texts=["a", "b"])
def test_solver_settles_what_resolvelib_settles(graph, texts):
    index = index_of(graph)
    roots = roots_of(texts)
    assert ours(index, roots) == resolvelib(index, roots)


def test_a_choice_is_undone_where_nothing_else_helps():
    graph = {("a", "4"): ["c<2"], ("a", "3"): ["c<2"], ("b", "4"): ["c>=2"], ("b", "3"): ["c>=2"]}
    pins, _ = ours(index_of(graph), roots_of(["b>=3", "a"]))
    assert ("a", "a 2") in pins
    assert ("b", "b 4") in pins


def test_what_contradicts_itself_is_impossible():
    graph = {("a", version): ["b<2"] for version in VERSIONS}
    with pytest.raises(Impossible) as raised:
        Solver(provider_on(index_of(graph), [])).solve(roots_of(["a", "b>=2"]), ROUNDS)
    assert ("b<2", "a 1") in told_of(raised.value.causes)
