"""What reading the sdists themselves adds to the rows of a survey."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc
from packaging.utils import NormalizedName
from packaging.version import Version

from wheelcheck.builds.evidence.classification import Classification
from wheelcheck.builds.evidence.classify import judge_source_build
from wheelcheck.errors import Unknown
from wheelcheck.index.interface import Index, Sdist
from wheelcheck.survey.schema import RELEASES

__all__ = ["with_read_sdists"]


def with_read_sdists(table: pa.Table, index: Index) -> pa.Table:
    """The rows, with verdict and evidence of what would be built taken from its sdist.

    One reading serves a release on all targets, so the Python that a setup script sees is that
    of `BuildSite`'s default. Raises IndexUnreachable.
    """
    verdicts = table["verdict"].cast(pa.string()).to_pylist()
    evidence = table["evidence"].cast(pa.string()).to_pylist()
    sources = pc.starts_with(table["verdict"].cast(pa.string()), "source-").to_pylist()
    projects, versions = table["project"].to_pylist(), table["version"].to_pylist()
    read: dict[tuple[str, str], Classification | None] = {}
    for row, is_source in enumerate(sources):
        if not is_source:
            continue
        key = (projects[row], versions[row])
        if key not in read:
            read[key] = _classified(*key, index)
        found = read[key]
        if found is not None:
            verdicts[row] = found.verdict.value
            evidence[row] = " ".join(piece.code for piece in found.evidence)
    for name, values in (("verdict", verdicts), ("evidence", evidence)):
        field = RELEASES.field(name)
        column = pa.array(values, pa.string()).dictionary_encode().cast(field.type)
        table = table.set_column(table.schema.get_field_index(name), field, column)
    return table


def _classified(name: str, version: str, index: Index) -> Classification | None:
    project = index.project(NormalizedName(name))
    if isinstance(project, Unknown):
        return None
    files = project.files(Version(version))
    sdist = next((file for file in files if isinstance(file, Sdist)), None)
    return None if sdist is None else judge_source_build(project, sdist, index)
