"""The pieces a survey is cut into. Each is judged by itself and may be judged again."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Protocol

from wheelcheck.survey.dataset import Dataset, Part
from wheelcheck.survey.survey_settings import SurveySettings

__all__ = ["JudgedShard", "Shard", "ShardTask", "judge_shard"]


@dataclass(slots=True)
class JudgedShard:
    """What a shard gives: its tables, made one by one, and what its manifest entry tells.

    `notes` may grow while the tables are made.
    """

    parts: Iterator[Part]
    notes: dict[str, Any]


class Shard(Protocol):
    """A piece of a source. Shards travel to other processes, so they are small values."""

    @property
    def number(self) -> int:
        """Its place among the shards of the survey."""

    @property
    def contents(self) -> list[object]:
        """What it is made of, as JSON: a shard of other contents is judged again."""

    def judge(self, settings: SurveySettings) -> JudgedShard:
        """Judge it. What concerns one project or file is in the answer; raises OSError."""


@dataclass(frozen=True, slots=True)
class ShardTask:
    """A shard with all that is needed to judge it and write its parts, wherever that happens."""

    shard: Shard
    settings: SurveySettings
    folder: str

    @property
    def key(self) -> str:
        """What the shard's answer depends on beside the index."""
        contents = [self.settings.as_json(), self.shard.contents]
        return hashlib.sha256(json.dumps(contents).encode()).hexdigest()[:32]

    @property
    def complete(self) -> bool:
        """Whether an earlier run has written it."""
        dataset = Dataset(self.folder)
        return dataset.is_complete(self.settings.day, self.shard.number, self.key)


def judge_shard(task: ShardTask) -> dict[str, Any]:
    """Judge and write one shard; the entry of the manifest."""
    judged = task.shard.judge(task.settings)
    judged.notes["key"] = task.key
    dataset = Dataset(task.folder)
    number = task.shard.number
    return dataset.write_shard(task.settings.day, number, judged.parts, judged.notes)
