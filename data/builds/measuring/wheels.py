"""Weighs a built wheel."""

import shutil
import subprocess
import tempfile
import zipfile
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class WheelSize:
    """Bytes of a wheel and of what it unpacks to."""

    wheel: int
    unpacked: int
    extensions: int  # number of shared objects: extension modules and libraries
    extension_bytes: int
    extension_stripped_bytes: int  # the same after `objcopy --strip-debug`


def weigh(wheel: Path) -> WheelSize:
    """Sizes of the wheel's members; extension modules also without their debug information."""
    with zipfile.ZipFile(wheel) as archive, tempfile.TemporaryDirectory() as folder:
        members = archive.infolist()
        extensions = [member for member in members if _is_shared_object(member.filename)]
        stripped = 0
        for number, member in enumerate(extensions):
            path = Path(folder, str(number))
            content = archive.read(member)
            path.write_bytes(content)
            # Without objcopy nothing was compiled: they are shipped. A note may have such a name.
            if content.startswith(b"\x7fELF") and shutil.which("objcopy"):
                subprocess.run(["objcopy", "--strip-debug", path], check=True)
            stripped += path.stat().st_size
        return WheelSize(
            wheel=wheel.stat().st_size,
            unpacked=sum(member.file_size for member in members),
            extensions=len(extensions),
            extension_bytes=sum(member.file_size for member in extensions),
            extension_stripped_bytes=stripped,
        )


def _is_shared_object(name: str) -> bool:
    return name.endswith(".so") or ".so." in name.rpartition("/")[2]
