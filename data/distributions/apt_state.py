"""apt's view of a Debian release that this machine does not run: its indexes, nothing installed.

The mirror is that of this machine's own apt; nothing is installed and no
file outside the given folder changes.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path

__all__ = ["CODENAMES", "AptState", "stanzas"]

CODENAMES: Mapping[str, str] = {"11": "bullseye", "12": "bookworm", "13": "trixie"}
KEYRING = "/usr/share/keyrings/debian-archive-keyring.gpg"
HELPER = "/usr/lib/apt/apt-helper"


class AptState:
    """A folder with apt's configuration, lists and an empty status file for one release.

    Parameters:
        folder: Where it lies; made when it is not there.
        release: ``11``, ``12`` or ``13``.
    """

    def __init__(self, folder: Path, release: str) -> None:
        self.folder = folder / release
        self.codename = CODENAMES[release]
        for name in ("lists/partial", "cache/archives/partial"):
            (self.folder / name).mkdir(parents=True, exist_ok=True)
        self.folder.chmod(0o755)
        (self.folder / "status").touch()
        line = f"deb [arch=amd64 signed-by={KEYRING}] {_site()} {self.codename} main\n"
        (self.folder / "sources.list").write_text(line)
        (self.folder / "apt.conf").write_text(self._configuration())

    def _configuration(self) -> str:
        settings = {
            "Dir::State": self.folder,
            "Dir::State::lists": self.folder / "lists",
            "Dir::State::status": self.folder / "status",
            "Dir::Cache": self.folder / "cache",
            "Dir::Etc::sourcelist": self.folder / "sources.list",
            "Dir::Etc::sourceparts": "/dev/null",
            "Dir::Etc::preferencesparts": "/dev/null",
            "APT::Architecture": "amd64",
            "APT::Sandbox::User": "root",
            "Acquire::Languages": "none",
        }
        return "".join(f'{key} "{value}";\n' for key, value in settings.items())

    def run(self, *command: str, cwd: Path | None = None) -> str:
        """The output of a command of apt's under this configuration.

        Raises:
            subprocess.CalledProcessError: The command failed.
        """
        environment = {**os.environ, "APT_CONFIG": str(self.folder / "apt.conf")}
        done = subprocess.run(
            command, env=environment, cwd=cwd, capture_output=True, text=True, check=True
        )
        return done.stdout

    def update(self) -> None:
        """Fetch the release's index of packages."""
        self.run("apt-get", "update")

    def packages(self) -> list[dict[str, str]]:
        """The stanzas of the index, in its order."""
        path = next((self.folder / "lists").glob("*_main_binary-amd64_Packages*"))
        command = (HELPER, "cat-file") if path.suffix else ("cat",)
        return list(stanzas(self.run(*command, str(path))))

    def release_date(self) -> str:
        """The ``Date`` of the release's signed index, as YYYY-MM-DD."""
        path = next((self.folder / "lists").glob("*_InRelease"))
        line = next(row for row in path.read_text().splitlines() if row.startswith("Date: "))
        moment = line.removeprefix("Date: ")
        return subprocess.run(
            ("date", "--utc", "--date", moment, "+%F"), capture_output=True, text=True, check=True
        ).stdout.strip()

    def contents(self, architecture: str) -> Path:
        """The downloaded, compressed table of all files of an architecture's packages.

        By its plain address: a mirror that is being synchronised serves the table of the point
        release before, which `update` would refuse.
        """
        target = self.folder / f"Contents-{architecture}.gz"
        if not target.exists():
            index = self.run(
                "apt-get", "indextargets", "--format", "$(URI)", "Created-By: Packages"
            )
            address = index.splitlines()[0].removesuffix("binary-amd64/Packages")
            self.run(HELPER, "download-file", f"{address}Contents-{architecture}.gz", str(target))
        return target

    def download(self, *packages: str) -> list[Path]:
        """The ``.deb`` files of packages."""
        folder = self.folder / "debs"
        folder.mkdir(exist_ok=True)
        missing = [name for name in packages if not list(folder.glob(f"{name}_*.deb"))]
        if missing:
            self.run("apt-get", "download", *missing, cwd=folder)
        return [next(folder.glob(f"{name}_*.deb")) for name in packages]


def _site() -> str:
    """The address of the first mirror in this machine's own apt configuration."""
    command = ("apt-get", "indextargets", "--format", "$(SITE)", "Created-By: Packages")
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return done.stdout.splitlines()[0]


def stanzas(text: str) -> Iterator[dict[str, str]]:
    """The fields of each stanza of a Packages index; continuation lines are left out."""
    for block in text.split("\n\n"):
        fields = {}
        for line in block.splitlines():
            key, colon, value = line.partition(":")
            if colon and not line[0].isspace():
                fields[key] = value.strip()
        if fields:
            yield fields
