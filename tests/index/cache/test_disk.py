import multiprocessing
import os
import threading
from pathlib import Path

import pytest

from wheelcheck.index import cache_info, clear_cache, default_cache_dir
from wheelcheck.index.cache.disk import FORMAT, Cache, cache_key


def warnings_of(root: Path, clock=lambda: 1000.0) -> tuple[Cache, list[str]]:
    warned: list[str] = []
    return Cache(root, warned.append, clock), warned


def test_what_is_put_is_got(tmp_path):
    cache, warned = warnings_of(tmp_path)
    assert cache.get("pages", "key", bytes) is None
    cache.put("pages", "key", b"page")
    assert cache.get("pages", "key", bytes) == b"page"
    assert cache.get("listings", "key", bytes) is None
    assert warned == []


def test_an_entry_is_as_old_as_its_storing_or_its_last_confirmation(tmp_path):
    now = 1000.0
    cache, _ = warnings_of(tmp_path, lambda: now)
    assert cache.stored_at("pages", "key") is None
    stored_at = cache.put("pages", "key", b"page")
    assert cache.get_dated("pages", "key", bytes) == (b"page", stored_at)
    now += 50
    assert cache.is_fresh(stored_at, 51)
    assert not cache.is_fresh(stored_at, 50)
    confirmed_at = cache.confirm("pages", "key")
    assert cache.get_dated("pages", "key", bytes) == (b"page", confirmed_at)
    assert cache.stored_at("pages", "key") == confirmed_at
    assert cache.is_fresh(confirmed_at, 1)
    now -= 500
    assert not cache.is_fresh(confirmed_at, 600), "the clock was set back"


@pytest.mark.parametrize("damage", [b"", b"pag", b"\0" * 50, b"junk", b"flip"])
def test_damaged_entries_count_as_absent_and_are_reported_once(tmp_path, damage: bytes):
    cache, warned = warnings_of(tmp_path)
    for key in ("one", "two"):
        cache.put("pages", key, b"page" * 10)
        [path] = tmp_path.rglob(key)
        whole = path.read_bytes()
        path.write_bytes(whole[:-1] + b"x" if damage == b"flip" else damage)
        assert cache.get("pages", key, bytes) is None
    assert len(warned) == 1
    cache.put("pages", "one", b"new")
    assert cache.get("pages", "one", bytes) == b"new"


def test_an_entry_of_another_shape_counts_as_absent(tmp_path):
    cache, warned = warnings_of(tmp_path)
    cache.put("pages", "key", b"page")

    def decode(data: bytes) -> bytes:
        raise ValueError(data)

    assert cache.get("pages", "key", decode) is None
    assert warned == []


def test_a_crash_while_writing_leaves_the_old_entry(tmp_path, monkeypatch):
    cache, _ = warnings_of(tmp_path)
    cache.put("pages", "key", b"old")

    def crash(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(Path, "replace", crash)
    with pytest.raises(KeyboardInterrupt):
        cache.put("pages", "key", b"new")
    assert cache.get("pages", "key", bytes) == b"old"


@pytest.mark.parametrize("broken", ["a file in its place", "a file among its folders"])
def test_a_cache_that_cannot_be_used_warns_once_and_never_fails(tmp_path, broken: str):
    root = tmp_path / "cache"
    place = root if broken == "a file in its place" else root / FORMAT
    place.parent.mkdir(exist_ok=True)
    place.write_text("")
    cache, warned = warnings_of(root)
    for _ in range(3):
        cache.put("pages", "key", b"page")
        assert cache.get("pages", "key", bytes) is None
        cache.confirm("pages", "key")
    assert len(warned) == 1
    assert str(tmp_path) not in warned[0]


def _hammer(root: Path, letter: bytes) -> None:
    cache, warned = warnings_of(root)
    for number in range(300):
        cache.put("pages", f"key{number % 3}", letter * 100_000)
        found = cache.get("pages", f"key{number % 3}", bytes)
        assert found in {b"a" * 100_000, b"b" * 100_000}
    assert warned == []


def test_two_processes_write_at_once(tmp_path):
    context = multiprocessing.get_context("spawn")
    runs = [context.Process(target=_hammer, args=(tmp_path, letter)) for letter in (b"a", b"b")]
    for run in runs:
        run.start()
    for run in runs:
        run.join(60)
    assert [run.exitcode for run in runs] == [0, 0]
    assert cache_info(tmp_path).entries["pages"] == 3
    assert not list(tmp_path.rglob(".*"))


def test_info_and_clear(tmp_path):
    cache, _ = warnings_of(tmp_path)
    for kind in ("pages", "pages2", "listings"):
        cache.put(kind.removesuffix("2"), cache_key(kind), b"12345")  # type: ignore[arg-type]
    cache.metadata.put(cache_key("metadata"), b"12345")
    cache.close()
    (tmp_path / "mine.txt").write_text("stays")
    info = cache_info(tmp_path)
    assert info.entries == {"pages": 2, "metadata": 1, "listings": 1, "derived": 0, "answers": 0}
    assert info.size >= 20
    (tmp_path / "v4-of-my-thesis").mkdir()
    (tmp_path / "v4").mkdir()
    (tmp_path / "v4/chapter").write_text("stays")
    assert clear_cache(tmp_path) == info
    left = sorted(os.listdir(tmp_path))  # noqa: PTH208 (names are compared)
    assert left == ["mine.txt", "v4", "v4-of-my-thesis"]
    assert (tmp_path / "v4/chapter").exists()
    assert cache_info(tmp_path / "nowhere").size == 0
    assert clear_cache(tmp_path / "nowhere").size == 0


def test_the_cache_lies_where_the_user_says():
    assert default_cache_dir({"XDG_CACHE_HOME": "/x"}) == Path("/x/wheelcheck")
    assert default_cache_dir({}).parent.parent == Path.home()


def test_keys_are_names_of_files_and_distinct():
    keys = {cache_key("a", "b"), cache_key("ab"), cache_key("a", "", "b")}
    assert len(keys) == 3
    assert all(key.isalnum() and len(key) == 40 for key in keys)


@pytest.mark.parametrize(
    ("platform", "earlier"),
    [("win32", "local/wheelcheck/Cache"), ("darwin", "home/Library/Caches/wheelcheck")],
)
def test_a_cache_that_an_earlier_release_filled_is_not_lost(
    platform, earlier, tmp_path, monkeypatch
):
    monkeypatch.setattr("wheelcheck.index.cache.disk.sys.platform", platform)
    monkeypatch.setattr("platformdirs.user_cache_path", lambda *_, **__: tmp_path / "new")
    monkeypatch.setattr(Path, "home", lambda: tmp_path / "home")
    environ = {"LOCALAPPDATA": str(tmp_path / "local")}
    assert default_cache_dir(environ) == tmp_path / "new"
    (tmp_path / earlier).mkdir(parents=True)
    assert default_cache_dir(environ) == tmp_path / earlier
    (tmp_path / "new").mkdir()
    assert default_cache_dir(environ) == tmp_path / "new"


def test_pages_that_are_put_off_are_read_all_the_same_and_written_in_the_end(tmp_path):
    cache, _ = warnings_of(tmp_path)
    other, _ = warnings_of(tmp_path)
    cache.put_off()
    stored_at = {key: cache.put("pages", key, b"page") for key in ("a", "b", "c")}
    cache.put("listings", "a", b"listing")
    assert other.get("listings", "a", bytes) == b"listing", "it does not wait"
    assert [other.get("pages", key, bytes) for key in stored_at] == [None] * 3
    assert cache.get_dated("pages", "a", bytes) == (b"page", stored_at["a"])
    assert cache.write_next()
    assert sum(other.get("pages", key, bytes) is not None for key in stored_at) == 2
    cache.close()
    assert not cache.write_next()
    found = {key: other.get_dated("pages", key, bytes) for key in stored_at}
    assert found == {key: (b"page", when) for key, when in stored_at.items()}


def test_a_cache_is_not_closed_before_the_last_page_is_written(tmp_path, monkeypatch):
    cache, _ = warnings_of(tmp_path)
    cache.put_off()
    cache.put("pages", "key", b"page")
    begun, may_end = threading.Event(), threading.Event()
    replace = Path.replace

    def slowly(path: Path, to: Path) -> Path:
        begun.set()
        may_end.wait(20)
        return replace(path, to)

    monkeypatch.setattr(Path, "replace", slowly)
    threads = [threading.Thread(target=call) for call in (cache.write_next, cache.close)]
    threads[0].start()
    assert begun.wait(20)
    threads[1].start()
    threads[1].join(0.1)
    assert threads[1].is_alive()
    may_end.set()
    for thread in threads:
        thread.join(20)
    assert cache.get("pages", "key", bytes) == b"page"
