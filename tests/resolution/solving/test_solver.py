"""The solver settles what resolvelib settles, step by step."""

# ruff: noqa: ARG002  (resolvelib names the arguments)

import pytest
from fake_index import FakeIndex
from hypothesis import example, given, settings
from hypothesis import strategies as st
from packaging.requirements import Requirement
from packaging.version import Version
from resolvelib import AbstractProvider, BaseReporter, ResolutionImpossible, ResolutionTooDeep
from resolvelib import Resolver as Resolvelib
from situations import target

from wheelcheck.requirements.requirement_set import FilePolicy
from wheelcheck.resolution.answers import Answers
from wheelcheck.resolution.choice import FileRules
from wheelcheck.resolution.common import Common
from wheelcheck.resolution.dependencies import MarkerEnvironment
from wheelcheck.resolution.solving.nodes import SolverRequirement, identifier_of, needs_of
from wheelcheck.resolution.solving.provider import PROMOTE_AFTER_CONFLICTS, Provider
from wheelcheck.resolution.solving.search import Impossible, TooDeep
from wheelcheck.resolution.solving.solver import Solver

NAMES = ["a", "b", "c", "d", "e", "f"]
VERSIONS = ["1", "2", "3", "4"]
CLAUSES = ["", "", ">=2", ">=3", "<3", "<2", "!=3", "==2", "==4", "~=2.0"]
STAGES = [*VERSIONS, "5rc1"]
STAGED_CLAUSES = [*CLAUSES, ">=3rc1", "<=5rc1", "==5rc1", "!=5rc1"]
FILES = ["{}-{}-py3-none-any.whl", "{}-{}.tar.gz", "{}-{}-cp312-cp312-win_amd64.whl"]
ROUNDS = 300


class Judge(AbstractProvider):
    """The same rules as resolvelib asks for them."""

    def __init__(self, provider):
        self.provider = provider

    def identify(self, requirement_or_candidate):
        return identifier_of(requirement_or_candidate.name, requirement_or_candidate.extras)

    def get_preference(self, identifier, resolutions, candidates, information, backtrack_causes):
        needs = [cause.requirement for cause in information[identifier]]
        often = self.provider._conflicts[identifier] >= PROMOTE_AFTER_CONFLICTS
        return (not often, *self.provider.preference(identifier, needs))

    def narrow_requirement_selection(
        self, identifiers, resolutions, candidates, information, backtrack_causes
    ):
        every = list(identifiers)
        return self.provider.most_urgent(every, resolutions, backtrack_causes) or every

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


def needs_with(clauses):
    return st.builds(
        lambda name, extra, clause: f"{name}{extra}{clause}",
        st.sampled_from(NAMES),
        st.sampled_from(["", "", "", "[x]"]),
        st.sampled_from(clauses),
    )


needs = needs_with(CLAUSES)
staged_needs = needs_with(STAGED_CLAUSES)
LATE_STAGE = ["a", "a>=3rc1"]  # asks for pre-releases only when the newest final is found
LATE_PIN = ["a<2", "a==1"]  # only a pin admits what is yanked
UNDONE_JUMP = ["a", "c", "f"]  # a is pinned right before a jump that leads nowhere
releases = [(name, version) for name in NAMES for version in VERSIONS]
graphs = st.fixed_dictionaries({release: st.lists(needs, max_size=3) for release in releases})


@st.composite
def situations(draw):
    """Pre-releases, yanked versions, sdists, versions without a file; rules; who is excused."""
    stages = [(name, version) for name in NAMES for version in STAGES]
    files = {name: {} for name in NAMES}
    for name, version in stages:
        files[name][version] = [draw(st.sampled_from(FILES)).format(name, version)]
    index = FakeIndex(
        files,
        requires={stage: draw(st.lists(staged_needs, max_size=2)) for stage in stages},
        yanked=dict.fromkeys(draw(st.sets(st.sampled_from(stages), max_size=8)), "broken"),
    )
    policy = FilePolicy(pre=draw(st.booleans()), prefer_binary=draw(st.booleans()))
    excused = draw(st.frozensets(st.sampled_from(NAMES), max_size=2))
    return index, {"rules": FileRules(policy), "excused": excused}


def index_of(graph):
    files = {name: {v: [f"{name}-{v}-py3-none-any.whl"] for v in VERSIONS} for name in NAMES}
    return FakeIndex(files, requires=graph)


def provider_on(
    index,
    roots,
    rules=FileRules(),  # noqa: B008 (frozen)
    excused=frozenset(),
    reference=None,
):
    on = target("glibc")
    common = Common(index)
    answers = Answers(on, rules, MarkerEnvironment(on.marker_environment()), common)
    requested = {need.identifier: place for place, need in enumerate(roots)}
    provider = Provider(answers, {}, requested, common=common)
    return provider.excusing(excused, reference or {})


def descriptions(causes):
    return [(each.requirement.text, each.parent and each.parent.label) for each in causes]


def pin_of(key, candidate):
    return key, candidate.label, candidate.offer and candidate.offer.installable


def ours(index, roots, **situation):
    try:
        settled = Solver(provider_on(index, roots, **situation)).solve(roots, ROUNDS)
    except Impossible as impossible:
        return "impossible", descriptions(impossible.causes)
    except TooDeep:
        return "too deep"
    pins = [pin_of(*pin) for pin in settled.pins.items()]
    return pins, {key: descriptions(causes) for key, causes in settled.causes.items()}


def resolvelib(index, roots, **situation):
    reporter = LastState()
    try:
        judge = Judge(provider_on(index, roots, **situation))
        Resolvelib(judge, reporter).resolve(roots, max_rounds=ROUNDS)
    except ResolutionImpossible as impossible:
        return "impossible", descriptions(impossible.causes)
    except ResolutionTooDeep:
        return "too deep"
    except RecursionError:  # while it clears up; its answer stands by then
        pass
    pins = [pin_of(*pin) for pin in reporter.state.mapping.items()]
    return pins, {
        key: descriptions(each.information) for key, each in reporter.state.criteria.items()
    }


def roots_of(texts) -> list[SolverRequirement]:
    return [need for text in texts for need in needs_of(Requirement(text), "user", lambda _: None)]


@settings(max_examples=300)
@given(graph=graphs, texts=st.lists(needs, min_size=1, max_size=5))
@example(graph={("a", "4"): ["b", "c<3"], ("b", "4"): ["c>=3"]}, texts=["a", "b"])
@example(  # what a gone parent asked for is still felt, until someone else asks
    graph={("a", "4"): ["c!=4"], ("b", "4"): ["a<4"], ("a", "3"): ["c"]}, texts=["a", "b"]
)
def test_solver_settles_what_resolvelib_settles(graph, texts):
    index = index_of(graph)
    roots = roots_of(texts)
    assert ours(index, roots) == resolvelib(index, roots)


@settings(max_examples=300)
@given(situation=situations(), texts=st.lists(staged_needs, min_size=1, max_size=5))
@example(situation=(FakeIndex({"a": {v: [f"a-{v}.tar.gz"] for v in STAGES}}), {}), texts=LATE_STAGE)
@example(
    situation=(
        FakeIndex({"a": {"1": ["a-1.tar.gz"]}}, yanked={"a-1.tar.gz": ""}),
        {"excused": frozenset("a"), "reference": {"a": Version("1")}},
    ),
    texts=LATE_PIN,
)
@example(
    situation=(
        FakeIndex(
            {
                "a": {v: [f"a-{v}-py3-none-any.whl"] for v in ("3", "4")},
                "b": {"2": ["b-2-py3-none-any.whl"]},
                "c": {v: [f"c-{v}-py3-none-any.whl"] for v in ("1", "5rc1")},
                "f": {v: [f"f-{v}-py3-none-any.whl"] for v in ("3", "4")},
            },
            requires={
                ("b", "2"): ["c<3"],
                ("c", "5rc1"): ["b>=2", "b<2"],
                ("f", "3"): ["f<3"],
                ("f", "4"): ["b", "c>=2"],
            },
        ),
        {"excused": frozenset("c")},
    ),
    texts=UNDONE_JUMP,
)
def test_solver_settles_what_resolvelib_settles_whatever_the_files(situation, texts):
    index, rules = situation
    roots = roots_of(texts)
    assert ours(index, roots, **rules) == resolvelib(index, roots, **rules)


def test_a_choice_is_undone_where_nothing_else_helps():
    graph = {("a", "4"): ["c<2"], ("a", "3"): ["c<2"], ("b", "4"): ["c>=2"], ("b", "3"): ["c>=2"]}
    pins, _ = ours(index_of(graph), roots_of(["b>=3", "a"]))
    assert ("a", "a 2", True) in pins
    assert ("b", "b 4", True) in pins


def test_what_contradicts_itself_is_impossible():
    graph = {("a", version): ["b<2"] for version in VERSIONS}
    with pytest.raises(Impossible) as raised:
        Solver(provider_on(index_of(graph), [])).solve(roots_of(["a", "b>=2"]), ROUNDS)
    assert ("b<2", "a 1") in descriptions(raised.value.causes)
