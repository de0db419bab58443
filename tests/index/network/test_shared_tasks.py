"""Which fetcher is sent an errand."""

import pytest
from packaging.utils import canonicalize_name
from packaging.version import Version

from wheelcheck.index.interface import Sdist
from wheelcheck.index.network import fetcher
from wheelcheck.index.network.shared_tasks import SharedTasks


class Noted:
    """A fetcher that only notes its errands."""

    is_usual = True

    def __init__(self) -> None:
        self.errands: list[tuple[str, str]] = []

    def send(self, errand: tuple[object, ...]) -> int:
        question, subject, *_ = errand
        self.errands.append((question, subject.filename))
        return len(self.errands)

    def close(self) -> None:
        pass


@pytest.fixture
def fetchers(monkeypatch) -> list[Noted]:
    noted = [Noted(), Noted()]
    monkeypatch.setattr(fetcher, "start_fetchers", lambda *_: noted)
    return noted


def sdist(name: str, version: str, size: int) -> Sdist:
    filename = f"{name}-{version}.tar.gz"
    url = f"https://files.example/{filename}"
    return Sdist(filename, url, canonicalize_name(name), Version(version), size)


def test_large_sdists_are_read_side_by_side(fetchers):
    tasks = SharedTasks(8)
    tasks.start(None, 2)
    sizes = {"scipy": 42, "numpy": 11, "pandas": 5, "scikit-learn": 7}
    for name, size in sizes.items():
        file = sdist(name, "1", size << 20)
        tasks.prefetch(file.filename, lambda: None, ("listing", file))
    read = [[filename for _, filename in each.errands] for each in fetchers]
    assert read[0] == ["scipy-1.tar.gz"]
    assert len(read[1]) == 3


def test_sdists_of_a_project_go_to_the_same_fetcher(fetchers):
    """It knows the sources that they share, and where in them a pyproject.toml stands."""
    tasks = SharedTasks(8)
    tasks.start(None, 2)
    for number, file in enumerate((sdist("a", "1", 9), sdist("b", "1", 1), sdist("a", "2", 9))):
        tasks.prefetch(number, lambda: None, ("listing", file))
    tried = sdist("a", "3", 9)
    tasks.prefetch("tried", lambda: None, ("pyproject", tried, None, "0"))
    assert [len(each.errands) for each in fetchers] == [3, 1]
