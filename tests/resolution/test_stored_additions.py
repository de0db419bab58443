"""What one process has added to stored answers, taken over by another that has added its own."""

import pickle

from fake_index import FakeIndex
from hypothesis import given, settings
from hypothesis import strategies as st
from made_indexes import TARGETS, indexes, needs
from situations import requirements_of, target

from wheelcheck.resolution import Resolver, resolve
from wheelcheck.resolution.common import Common
from wheelcheck.resolution.stored.additions import Merging, Snapshot
from wheelcheck.resolution.stored.stored_answers import StoredAnswers

ON = target()
roots = st.lists(needs, min_size=1, max_size=4)


def resolve_all(requirements, index, answers, targets):
    resolver = Resolver(requirements, index, common=Common(index, answers))
    return [resolver.resolve(on) for on in targets]


def shared(index, data, here, *there) -> StoredAnswers:
    """What is stored after one process was asked `here`, and another, twice or more, `there`."""
    answers, others = StoredAnswers(data), StoredAnswers(data)
    snapshot, merging = Snapshot(others), Merging(answers)
    resolve_all(here, index, answers, TARGETS)
    for requirements in there:
        resolve_all(requirements, index, others, TARGETS)
        added = pickle.loads(pickle.dumps(snapshot.additions()))
        if added is not None:
            merging.add(added)
    return answers


@settings(max_examples=60, deadline=None)
@given(index=indexes(), before=roots, here=roots, there=st.lists(roots, min_size=1, max_size=3))
def test_what_was_taken_over_never_changes_the_answer(index, before, here, there):
    first, own, *others = [requirements_of(*lines) for lines in (before, here, *there)]
    stored = StoredAnswers(None)
    resolve_all(first, index, stored, TARGETS[:2])
    data = stored.encoded()
    answers = shared(index, data, own, *others)
    for requirements in (first, own, *others):
        expected = [resolve(requirements, on, index) for on in TARGETS]
        after = StoredAnswers(answers.encoded() or data)
        assert resolve_all(requirements, index, after, TARGETS) == expected
        assert resolve_all(requirements, index, answers, TARGETS) == expected


def test_no_page_is_read_for_what_another_process_was_answered():
    files = {
        "a": {"1": ["a-1-py3-none-any.whl"], "2": ["a-2-cp312-cp312-manylinux_2_17_x86_64.whl"]},
        "b": {"1": ["b-1-py3-none-any.whl"], "2": ["b-2-py3-none-any.whl"]},
        "c": {"1": ["c-1-py3-none-any.whl"], "3": ["c-3.tar.gz"]},
    }
    index = FakeIndex(files, requires={("a", "2"): ["b<2"], ("c", "3"): ["a[x]<2"]})
    lines = [["a"], ["c", "b"], ["b<2"]]
    answers = shared(index, None, *(requirements_of(*each) for each in lines))
    data = answers.encoded()
    for each in lines:
        expected = resolve(requirements_of(*each), ON, index)
        index.questions.clear()
        assert resolve_all(requirements_of(*each), index, StoredAnswers(data), [ON]) == [expected]
        assert not index.questions


def test_what_is_not_new_is_not_sent():
    index = FakeIndex({"a": {"1": ["a-1-py3-none-any.whl"]}})
    answers = StoredAnswers(None)
    resolve_all(requirements_of("a"), index, answers, [ON])
    again = StoredAnswers(answers.encoded())
    snapshot = Snapshot(again)
    resolve_all(requirements_of("a"), index, again, [ON])
    assert snapshot.additions() is None
