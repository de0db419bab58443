"""A wheel with given members, and what is said of it on a target."""

import io
import zipfile
from datetime import date

from fake_index import FakeIndex

from wheelcheck.analysis.loads.load_options import LoadOptions
from wheelcheck.api.analyse import analyse
from wheelcheck.requirements import CommandLine, read
from wheelcheck.targets import parse_target_on

DAY = date(2026, 11, 28)
SLIM, ALPINE = "python:3.13-slim-trixie", "python:3.13-alpine3.22"
GLIBC = "x-1-cp313-cp313-manylinux_2_17_x86_64.whl"
MUSL = "x-1-cp313-cp313-musllinux_1_2_x86_64.whl"
EXTENSION = "x/core.cpython-313-x86_64-linux-gnu.so"
INIT = {"x/__init__.py": b"from . import core\n"}


def loads(members, filename=GLIBC, on=SLIM, options=None, requires=()):
    """The cell's `loads` of a wheel with these members."""
    return cell(members, filename, on, options, requires).loads


def cell(members, filename=GLIBC, on=SLIM, options=None, requires=()):
    """The cell of a wheel with these members."""
    content = wheel(members)
    index = FakeIndex(
        {"x": {"1": [filename]}},
        listings={filename: {path: len(data) for path, data in members.items()}},
        wheels={filename: content},
        requires={("x", "1"): requires},
    )
    requirements = read([], packages=["x"], options=CommandLine())
    target = parse_target_on(on, as_of=DAY)
    report = analyse(requirements, [target], index, advice=False, loading=options or LoadOptions())
    return report.packages[0].on[target.name]


def wheel(members) -> bytes:
    """The bytes of a wheel with these members."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for path, data in members.items():
            archive.writestr(path, data)
    return packed.getvalue()
