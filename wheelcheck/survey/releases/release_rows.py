"""From the verdicts of a shard to rows of the dataset, one table for each target platform."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from wheelcheck.survey.releases.file_names import NO_TAG, Integers
from wheelcheck.survey.releases.release_verdicts import (
    EVIDENCE,
    VERDICTS,
    SignatureVerdicts,
    evidence_of,
    judge_signatures,
)
from wheelcheck.survey.releases.survey_releases import MISSING, Flags, Releases
from wheelcheck.survey.schema import RELEASES
from wheelcheck.targets import Target

__all__ = ["platform_of", "release_tables", "unknown_rows"]


def platform_of(target: Target) -> str:
    """The partition that a target's rows go to: ``musllinux_aarch64``, ``windows_amd64``."""
    family = target.libc.tag_prefix if target.libc else target.platform.system
    return f"{family}_{target.arch}"


def release_tables(
    releases: Releases, targets: Sequence[Target], selected: Flags, *, knows_yanked: bool
) -> Iterator[tuple[str, pa.Table]]:
    """The rows of the selected releases on every target, platform by platform.

    Without `knows_yanked` the column `yanked` is null: the source does not say.
    """
    columns = _Columns.of(releases, selected, knows_yanked=knows_yanked)
    for platform, group in _by_platform(targets):
        batches = [columns.batch(target) for target in group]
        yield platform, pa.Table.from_batches(batches, schema=RELEASES).unify_dictionaries()


def unknown_rows(
    reasons: Mapping[str, str], targets: Sequence[Target]
) -> Iterator[tuple[str, pa.Table]]:
    """A row for each project and target of what could not be judged, platform by platform."""
    for platform, group in _by_platform(targets):
        rows = [
            {"project": project, "target": target.name, "verdict": "unknown", "reason": reason}
            for target in group
            for project, reason in reasons.items()
        ]
        yield platform, pa.Table.from_pylist(rows, schema=RELEASES)


def _by_platform(targets: Sequence[Target]) -> Iterator[tuple[str, Iterator[Target]]]:
    return groupby(sorted(targets, key=platform_of), key=platform_of)


@dataclass(frozen=True, slots=True)
class _Columns:
    """The columns that are alike on every target, and what the others are made from."""

    releases: Releases
    signature_of: Integers
    starts: Integers
    alike: dict[str, pa.Array]
    tags: pa.Array

    @classmethod
    def of(cls, releases: Releases, selected: Flags, *, knows_yanked: bool) -> _Columns:
        """Prepare the selected releases of a shard."""
        signature_of = releases.signature_of[selected]
        uploaded = releases.uploaded[selected]
        signatures = releases.signatures
        has_sdist = signatures.any_file(signatures.tag_of == NO_TAG)
        yanked = releases.yanked[selected]
        alike = {
            "project": _coded(releases.project_of[selected], releases.projects),
            "version": _coded(releases.version_of[selected], releases.versions),
            "uploaded": pa.array(uploaded, pa.timestamp("us", tz="UTC"), mask=uploaded == MISSING),
            "has_sdist": pa.array(has_sdist[signature_of]),
            "evidence": _coded(evidence_of(signatures)[signature_of], EVIDENCE),
            "yanked": pa.array(yanked) if knows_yanked else pa.nulls(len(yanked), pa.bool_()),
            "latest": pa.array(releases.latest[selected]),
        }
        starts = releases.starts[selected]
        return cls(releases, signature_of, starts, alike, pa.array(signatures.tags, pa.string()))

    def batch(self, target: Target) -> pa.RecordBatch:
        """The rows on one target."""
        judged = judge_signatures(self.releases.signatures, target)
        of = self.signature_of
        offsets = judged.files[of]
        absent = offsets < 0
        places = np.where(absent, 0, self.starts + offsets)
        rows, sizes = _at(self.releases.rows, places), _at(self.releases.sizes, places)
        missed = judged.missed_tags[of]
        columns = self.alike | {
            "target": _coded(np.zeros(len(of), np.int32), (target.name,)),
            "verdict": _coded(judged.verdicts[of], tuple(map(str, VERDICTS))),
            "file": pa.array(rows, pa.int64(), mask=absent),
            "tag": _taken(judged.tags[of], self.tags),
            "size": pa.array(sizes, pa.int64(), mask=absent | (sizes == MISSING)),
            "near_miss": _taken(missed, self.tags),
            "reason": self._reasons(judged),
        }
        arrays = [columns[name] for name in RELEASES.names]
        return pa.RecordBatch.from_arrays(arrays, schema=RELEASES)

    def _reasons(self, judged: SignatureVerdicts) -> pa.Array:
        """Why the nearest wheel misses; null where there is no such wheel."""
        texts = list(dict.fromkeys(judged.reasons))
        numbers = {text: number for number, text in enumerate(texts)}
        of_tag = np.array([numbers[reason] for reason in judged.reasons], dtype=np.int64)
        missed = judged.missed_tags
        of_signature = np.where(missed == NO_TAG, NO_TAG, of_tag[missed] if len(of_tag) else missed)
        return _taken(of_signature[self.signature_of], pa.array(texts, pa.string()))


def _at(values: Integers, places: Integers) -> Integers:
    return values[places] if len(values) else places


def _coded(numbers: NDArray[np.integer[Any]], texts: Sequence[str]) -> pa.Array:
    return pa.DictionaryArray.from_arrays(
        pa.array(numbers.astype(np.int32)), pa.array(texts, pa.string())
    )


def _taken(numbers: Integers, texts: pa.Array) -> pa.Array:
    """As `_coded`, null where the number is -1."""
    indices = pa.array(numbers.astype(np.int32), mask=numbers < 0)
    return pa.DictionaryArray.from_arrays(indices, texts)
