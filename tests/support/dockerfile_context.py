"""A build context from a dict, and Dockerfiles read on a fixed day."""

from collections.abc import Mapping
from datetime import date

from wheelcheck.dockerfile.reading.dockerfile_model import Dockerfile
from wheelcheck.dockerfile.reading.dockerfile_reader import parse_dockerfile
from wheelcheck.dockerfile.reading.files.build_context import Kind
from wheelcheck.dockerfile.reading.files.ignore_file import IgnoreRule

AS_OF = date(2026, 8, 1)


class DictContext:
    """Files by path; folders are what their paths begin with."""

    def __init__(self, files: Mapping[str, str]) -> None:
        self.files = files

    def kind(self, path: str) -> Kind:
        if path in self.files:
            return "file"
        inside = any(each.startswith(f"{path}/") for each in self.files)
        return "folder" if inside or path in {"", "."} else ""

    def local_folder(self, path: str) -> None:  # noqa: ARG002 (one of the contexts)
        return None

    def excluded(self, path: str) -> IgnoreRule | None:  # noqa: ARG002 (one of the contexts)
        return None

    def read(self, path: str) -> bytes:
        return self.files[path].encode()


def read(text: str, files: Mapping[str, str] | None = None, **options: object) -> Dockerfile:
    """Read a Dockerfile with the given files beside it."""
    return parse_dockerfile(text, as_of=AS_OF, context=DictContext(files or {}), **options)
