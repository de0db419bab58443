"""Options of install commands, as pip and uv read them (`findings/one-date-is-two-bounds.sh`)."""

from datetime import date

import pytest

from wheelcheck.dockerfile.reading.installs.command_options import command_options
from wheelcheck.dockerfile.reading.shell.install_commands import InstallerCommand


@pytest.mark.parametrize(("tool", "day"), [("pip", 5), ("uv", 6)])
def test_a_date_is_its_first_moment_to_pip_and_its_last_to_uv(monkeypatch, tool, day):
    given = (("exclude-newer", "2024-01-05T00:00:00+00:00"), ("exclude-newer", "2024-01-05"))
    monkeypatch.setenv("TZ", "UTC")
    options, problems = command_options(
        InstallerCommand(tool, "install", tool, options=given), date(2026, 1, 1)
    )
    assert problems == []
    assert (options.exclude_newer.day, options.exclude_newer.hour) == (day, 0)
