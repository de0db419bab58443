"""When a package of a graph is wanted: exactly where some path to it holds."""

from collections.abc import Mapping

from hypothesis import given
from hypothesis import strategies as st
from packaging.markers import Marker
from packaging.utils import canonicalize_name
from packaging.version import Version
from situations import target

from wheelcheck.requirements.lock_markers import ALWAYS, marker_of
from wheelcheck.requirements.locks.lock_graph import Edge, Reached, reach
from wheelcheck.requirements.locks.locked_packages import Entry
from wheelcheck.requirements.requirement_set import Origin

PYTHONS = [target(python=(3, minor)).marker_environment() for minor in range(8, 15)]
MARKERS = [None, *(Marker(f'python_version {op} "3.{minor}"') for op in (">=", "<", "==")
                   for minor in (9, 11, 13))]  # fmt: skip

Graph = Mapping[int, list[tuple[int, Marker | None]]]
"""For each package, whom it requires where; package 0 is the project."""


def found(graph: Graph) -> Reached:
    entries = [
        Entry(canonicalize_name(f"p{number}"), Version("1"), Origin("x"), {}) for number in graph
    ]

    def edges(number: int) -> list[Edge]:
        return [Edge(entries[other].name, marker) for other, marker in graph[number]]

    return reach(
        entries, edges(0), lambda entry, extra: () if extra else edges(int(entry.name[1:]))
    )


def walked(graph: Graph, environment: Mapping[str, str]) -> set[int]:
    """What a walk on one target reaches."""
    done: set[int] = set()
    waiting = [0]
    while waiting:
        for other, marker in graph[waiting.pop()]:
            if other not in done and (marker is None or marker.evaluate(environment)):
                done.add(other)
                waiting.append(other)
    return done


@st.composite
def graphs(draw: st.DrawFn) -> Graph:
    size = draw(st.integers(1, 7))
    edges = st.tuples(st.integers(0, size - 1), st.sampled_from(MARKERS))
    return {number: draw(st.lists(edges, max_size=4)) for number in range(size)}


@given(graphs())
def test_the_conditions_hold_exactly_where_a_walk_arrives(graph: Graph):
    reached = found(graph)
    assert not reached.unclear
    for environment in PYTHONS:
        wanted = {
            position
            for position, condition in reached.conditions.items()
            if (marker := marker_of(condition)) is None or marker.evaluate(environment)
        }
        assert wanted == walked(graph, environment)


def test_what_has_too_many_conditions_is_unclear_and_not_guessed():
    """Twenty ways lead to the package 21, each under a marker of its own, and 22 comes behind."""
    ways = {
        number: [(21, Marker(f'implementation_version != "{number}"'))] for number in range(1, 21)
    }
    start = [(number, None) for number in ways]
    reached = found({0: [*start, (23, None)], **ways, 21: [(22, None), (23, None)], 22: [], 23: []})
    assert reached.unclear == {21, 22}
    assert reached.conditions[23] == ALWAYS
    assert 21 not in reached.conditions
