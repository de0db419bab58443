"""What one process has added to stored answers, taken over by another that has added its own."""

import pickle

from fake_index import FakeIndex
from hypothesis import given, settings
from hypothesis import strategies as st
from made_indexes import TARGETS, indexes, needs
from situations import requirements_of, target

from wheelcheck.resolution import Resolver, resolve
from wheelcheck.resolution.common import Common
from wheelcheck.resolution.stored.additions import Additions, Snapshot, merge
from wheelcheck.resolution.stored.stored_answers import StoredAnswers

ON = target()
roots = st.lists(needs, min_size=1, max_size=4)


def resolve_all(requirements, index, answers, targets):
    resolver = Resolver(requirements, index, common=Common(index, answers))
    return [resolver.resolve(on) for on in targets]


def added_elsewhere(requirements, index, data, targets) -> Additions | None:
    """What another process sends that goes on from what was stored."""
    answers = StoredAnswers(data)
    snapshot = Snapshot(answers)
    resolve_all(requirements, index, answers, targets)
    return pickle.loads(pickle.dumps(snapshot.additions()))


@settings(max_examples=60, deadline=None)
@given(index=indexes(), before=roots, here=roots, there=roots)
def test_what_was_taken_over_never_changes_the_answer(index, before, here, there):
    questions = [requirements_of(*lines) for lines in (before, here, there)]
    stored = StoredAnswers(None)
    resolve_all(questions[0], index, stored, TARGETS[:2])
    data = stored.encoded()
    answers = StoredAnswers(data)
    resolve_all(questions[1], index, answers, TARGETS)
    added = added_elsewhere(questions[2], index, data, TARGETS)
    if added is not None:
        merge(added, answers)
    for requirements in questions:
        expected = [resolve(requirements, on, index) for on in TARGETS]
        assert resolve_all(requirements, index, answers, TARGETS) == expected
        after = StoredAnswers(answers.encoded() or data)
        assert resolve_all(requirements, index, after, TARGETS) == expected


def test_no_page_is_read_for_what_another_process_was_answered():
    files = {
        "a": {"1": ["a-1-py3-none-any.whl"], "2": ["a-2-cp312-cp312-manylinux_2_17_x86_64.whl"]},
        "b": {"1": ["b-1-py3-none-any.whl"], "2": ["b-2-py3-none-any.whl"]},
        "c": {"1": ["c-1-py3-none-any.whl"], "3": ["c-3.tar.gz"]},
    }
    index = FakeIndex(files, requires={("a", "2"): ["b<2"], ("c", "3"): ["a[x]<2"]})
    answers = StoredAnswers(None)
    resolve_all(requirements_of("a"), index, answers, [ON])
    added = added_elsewhere(requirements_of("c", "b"), index, None, [ON])
    assert added is not None
    merge(added, answers)
    data = answers.encoded()
    for lines in (["a"], ["c", "b"]):
        expected = resolve(requirements_of(*lines), ON, index)
        index.questions.clear()
        assert resolve_all(requirements_of(*lines), index, StoredAnswers(data), [ON]) == [expected]
        assert not index.questions


def test_what_is_not_new_is_not_sent():
    index = FakeIndex({"a": {"1": ["a-1-py3-none-any.whl"]}})
    answers = StoredAnswers(None)
    resolve_all(requirements_of("a"), index, answers, [ON])
    assert added_elsewhere(requirements_of("a"), index, answers.encoded(), [ON]) is None
