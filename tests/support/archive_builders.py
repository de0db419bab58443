"""Archives made in code, honest and hostile."""

import io
import tarfile
import zipfile
from collections.abc import Mapping

Content = Mapping[str, str | bytes]


def zip_of(members: Content, *, compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", compression) as archive:
        for path, content in members.items():
            archive.writestr(path, content)
    return buffer.getvalue()


def tar_of(members: Content, *, mode: str = "w:gz", form: int = tarfile.PAX_FORMAT) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode=mode, format=form) as archive:  # type: ignore[call-overload]
        for path, content in members.items():
            data = content.encode() if isinstance(content, str) else content
            info = tarfile.TarInfo(path)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return buffer.getvalue()


def wheel_of(
    name: str,
    version: str,
    *,
    requires: tuple[str, ...] = (),
    extras: tuple[str, ...] = (),
    more: Content | None = None,
) -> bytes:
    """A wheel with its METADATA at the end, as the wheel specification recommends."""
    folder = f"{name}-{version}.dist-info"
    lines = [
        "Metadata-Version: 2.1",
        f"Name: {name}",
        f"Version: {version}",
        *(f"Requires-Dist: {requirement}" for requirement in requires),
        *(f"Provides-Extra: {extra}" for extra in extras),
    ]
    return zip_of(
        {
            f"{name}/__init__.py": "",
            **(more or {}),
            f"{folder}/WHEEL": "Wheel-Version: 1.0\n",
            f"{folder}/METADATA": "\n".join(lines) + "\n\nA description: with a colon\n",
        }
    )
