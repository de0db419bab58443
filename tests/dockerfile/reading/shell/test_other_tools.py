"""Programs that only run another."""

import pytest

from wheelcheck.dockerfile.reading.shell.other_tools import unwrapped


@pytest.mark.parametrize("kind", [list, tuple])
@pytest.mark.parametrize(
    "before",
    ["uv run", "poetry -C a run", "conda run -n a", "uvx", "uv tool run", "pipx run", "sudo A=b"],
)
def test_what_is_run_is_found_in_words_of_either_kind(kind, before):
    assert list(unwrapped(kind([*before.split(), "pip", "list"]))) == ["pip", "list"]
