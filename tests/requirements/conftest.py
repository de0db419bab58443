from collections.abc import Callable
from pathlib import Path

import pytest

from wheelcheck.requirements import Requirements, read


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty working directory."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def reading(folder: Path) -> Callable[..., Requirements]:
    """Write files (name → text or bytes) into the working directory and read the first one."""

    def write_and_read(files: dict[str, str | bytes] | str, **how) -> Requirements:
        if isinstance(files, str):
            files = {"requirements.txt": files}
        for name, content in files.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return read([next(iter(files))], **how)

    return write_and_read
