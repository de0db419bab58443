from __future__ import annotations

import multiprocessing
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wheelcheck.index.cache import journal
from wheelcheck.index.cache.cache_trouble import CacheTrouble
from wheelcheck.index.cache.disk import cache_key
from wheelcheck.index.cache.handover import Handover
from wheelcheck.index.cache.journal import Journal

KEYS = [cache_key(str(number)) for number in range(50)]


def opened(path: Path) -> tuple[Journal, list[str]]:
    warned: list[str] = []
    return Journal(
        path, CacheTrouble(warned.append), lambda folder: folder.mkdir(exist_ok=True), Handover()
    ), (warned)


def filled(path: Path, keys: list[str], value: bytes = b"value of ") -> None:
    store, warned = opened(path)
    for key in keys:
        store.put(key, value + key.encode())
    store.close()
    assert warned == []


def test_what_is_put_is_got_at_once_and_by_later_runs(tmp_path):
    store, warned = opened(tmp_path / "journal")
    assert store.get(KEYS[0], bytes) is None
    store.put(KEYS[0], b"one")
    store.put(KEYS[1], b"")
    assert store.get(KEYS[0], bytes) == b"one"
    store.close()
    later, _ = opened(tmp_path / "journal")
    assert later.get(KEYS[0], bytes) == b"one"
    assert later.get(KEYS[1], bytes) == b""
    assert later.get(KEYS[2], bytes) is None
    later.put(KEYS[0], b"another")
    later.close()
    assert opened(tmp_path / "journal")[0].get(KEYS[0], bytes) == b"another"
    assert warned == []


def test_a_value_of_another_shape_counts_as_absent(tmp_path):
    filled(tmp_path / "journal", KEYS[:1])

    def decode(data: bytes) -> bytes:
        raise ValueError(data)

    store, warned = opened(tmp_path / "journal")
    assert store.get(KEYS[0], decode) is None
    assert warned == []


def test_a_long_run_need_not_end_for_its_facts_to_be_stored(tmp_path, monkeypatch):
    monkeypatch.setattr(journal, "PENDING", 100)
    store, _ = opened(tmp_path / "journal")
    for key in KEYS:
        store.put(key, b"0123456789")
    later, _ = opened(tmp_path / "journal")
    assert later.get(KEYS[0], bytes) == b"0123456789"


@given(st.data())
def test_damage_costs_what_it_hits_and_is_reported_once(tmp_path_factory, data):
    path = tmp_path_factory.mktemp("journal") / "journal"
    filled(path, KEYS[:5])
    whole = path.read_bytes()
    size = len(whole) // 5
    place = data.draw(st.integers(0, len(whole) - 1), "place")
    damage = data.draw(st.sampled_from(["cut", "flip", "insert"]), "damage")
    if damage == "cut":
        path.write_bytes(whole[:place])
    elif damage == "flip":
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :])
    else:
        path.write_bytes(whole[:place] + b"\0wc\nwhatever" + whole[place:])
    filled(path, KEYS[5:6])  # a later run appends
    store, warned = opened(path)
    found = [store.get(key, bytes) for key in KEYS[:6]]
    hit = place // size
    for number, value in enumerate(found):
        lost = damage == "cut" and hit <= number < 5
        if value is not None:
            assert value == b"value of " + KEYS[number].encode()
        elif not lost:
            assert number == hit
    assert len(warned) <= 1
    if damage != "cut" or place % size:
        assert len(warned) == 1


def test_beyond_its_limit_the_older_half_is_left_behind(tmp_path, monkeypatch):
    path = tmp_path / "journal"
    filled(path, KEYS)
    monkeypatch.setattr(journal, "LARGEST", path.stat().st_size - 1)
    store, warned = opened(path)
    assert store.get(KEYS[0], bytes) is not None, "this run has them all"
    later, _ = opened(path)
    assert later.get(KEYS[0], bytes) is None
    assert later.get(KEYS[-1], bytes) is not None
    assert sum(later.get(key, bytes) is not None for key in KEYS) in {24, 25}
    assert warned == []


def test_a_place_that_cannot_be_used_warns_once_and_never_fails(tmp_path):
    (tmp_path / "file").write_text("")
    trouble: list[str] = []

    def prepare(folder: Path) -> None:
        folder.mkdir()

    store = Journal(
        tmp_path / "file" / "journal", CacheTrouble(trouble.append), prepare, Handover()
    )
    assert store.get(KEYS[0], bytes) is None
    store.put(KEYS[0], b"one")
    assert store.get(KEYS[0], bytes) == b"one"
    store.close()
    assert len(trouble) == 1
    assert str(tmp_path) not in trouble[0]


def _append(path: Path, keys: list[str]) -> None:
    for key in keys:
        filled(path, [key])


def test_runs_beside_each_other_append_without_loss(tmp_path):
    context = multiprocessing.get_context("spawn")
    path = tmp_path / "journal"
    runs = [context.Process(target=_append, args=(path, part)) for part in (KEYS[:25], KEYS[25:])]
    for run in runs:
        run.start()
    for run in runs:
        run.join(60)
    assert [run.exitcode for run in runs] == [0, 0]
    store, warned = opened(path)
    assert all(store.get(key, bytes) == b"value of " + key.encode() for key in KEYS)
    assert warned == []


@pytest.mark.parametrize("content", [b"", b"junk", b"\0wc\n", b"\0wc\n" * 100, b"\0" * 1000])
def test_any_file_is_readable(tmp_path, content):
    (tmp_path / "journal").write_bytes(content)
    store, warned = opened(tmp_path / "journal")
    assert store.get(KEYS[0], bytes) is None
    assert len(warned) == (content != b"")
