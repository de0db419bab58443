"""Does wheelcheck choose what uv chooses on Windows, macOS, Pyodide, Android and iOS?

    python data/platforms/agreement.py --uv uv --scratch SCRATCH

Every question of `uv_answers.csv` on the pages kept in `SCRATCH`, which uv read too.
Where uv stops at the first package that has no file, it runs once more without those that
wheelcheck calls unavailable; those answers join the table. Writes `agreement.csv`, a row for each
difference with its reason, and prints the table per platform. Exit code 1 where one has none.
"""

from __future__ import annotations

import argparse
import csv
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path
from unittest import mock

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parents[1] / "tests" / "support"))

from comparing import (  # noqa: E402 (the folder above must be known first)
    Difference,
    differing,
    is_refused,
    only_behind,
    unavailable_on,
    versions_on,
)
from installers import Answer, Uv  # noqa: E402
from uv_answers import (  # noqa: E402
    REQUIREMENTS,
    Case,
    all_cases,
    ask,
    read_answers,
    replayed,
    write_answers,
)

from wheelcheck import Report, check  # noqa: E402
from wheelcheck.targets.other_platforms import Windows  # noqa: E402

DIFFERENCES = HERE / "agreement.csv"
COLUMNS = ("file", "target", "project", "uv", "wheelcheck", "reason")


class Reason(StrEnum):
    """Why two answers differ; all but the last are explained."""

    UNAVAILABLE = "no file fits: uv refuses it or was asked without it, wheelcheck goes on"
    BEHIND = "needed by what is unavailable alone: uv was asked without that"
    MACHINE = "a marker on platform_machine: x86 to uv, AMD64 to 32-bit Pythons on 64-bit Windows"
    REFUSED = "uv refuses the whole file, and wheelcheck calls it not installable"
    UNEXPLAINED = "unexplained"


class Comparison:
    """Compares reports with uv's answers, asking uv again where it stopped."""

    def __init__(self, uv: Uv, ours_url: str) -> None:
        self.uv = uv
        self.ours_url = ours_url
        self.answers = read_answers()
        self.compared: Counter[str] = Counter()
        self.differences: list[tuple[Case, Difference[Reason]]] = []
        self._as_uv_says: dict[str, Report] = {}

    def run(self) -> None:
        """Compare every question, file by file."""
        by_file: dict[str, list[Case]] = defaultdict(list)
        for case in self.answers:
            if not case.without:
                by_file[case.file].append(case)
        for file, cases in by_file.items():
            report = self._check(file, [case.target for case in cases])
            for case in cases:
                self.differences += [(case, each) for each in self._differences(case, report)]
            print(file, len(cases), "targets", flush=True)

    def _differences(self, case: Case, report: Report) -> Iterator[Difference[Reason]]:
        target = _name(case.target, report)
        question, answer = self._answer(case, unavailable_on(report, target))
        if answer.failure:
            reason = Reason.REFUSED if is_refused(report, target) else Reason.UNEXPLAINED
            yield Difference("*", answer.failure, None, reason)
            return
        ours = versions_on(report, target)
        self.compared[case.target.partition("-")[2]] += len(answer.pins.keys() | ours.keys())
        for name, uvs, version in differing(answer.pins, ours):
            reason = self._reason(case, report, target, name, frozenset(question.without))
            yield Difference(name, uvs, version, reason)

    def _answer(self, case: Case, lost: frozenset[str]) -> tuple[Case, Answer]:
        """Uv's answer; where it failed, the one without what no file fits."""
        answer = self.answers[case]
        if not answer.failure or not lost:
            return case, answer
        again = Case(case.file, case.python, case.platform, case.target, tuple(sorted(lost)))
        if again not in self.answers:
            found = dict(ask(self.uv, [again]))
            write_answers(found.items())
            self.answers |= found
        return again, self.answers[again]

    def _reason(
        self, case: Case, report: Report, target: str, name: str, without: frozenset[str]
    ) -> Reason:
        if name in unavailable_on(report, target):
            return Reason.UNAVAILABLE
        if without and only_behind(report, target, name, without):
            return Reason.BEHIND
        if case.target.endswith("win32") and self._equal_on_x86(case, target, name):
            return Reason.MACHINE
        return Reason.UNEXPLAINED

    def _equal_on_x86(self, case: Case, target: str, name: str) -> bool:
        """Whether the answers are equal once a 32-bit Python's machine is x86, as uv has it."""
        if case.file not in self._as_uv_says:
            truth = Windows.markers

            def as_uv_says(windows: Windows) -> dict[str, str]:
                return {**truth(windows), "platform_machine": "x86"}

            with mock.patch.object(Windows, "markers", as_uv_says):
                self._as_uv_says[case.file] = self._check(
                    case.file, [each for each in cases_of(case.file) if each.endswith("win32")]
                )
        ours = versions_on(self._as_uv_says[case.file], target).get(name)
        return ours == self.answers[case].pins.get(name)

    def _check(self, file: str, targets: list[str]) -> Report:
        return check(
            str(REQUIREMENTS / file),
            targets=targets,
            index_url=self.ours_url,
            cache_dir=None,
            verdicts_only=True,
        )


def cases_of(file: str) -> list[str]:
    """The targets on which a file was asked for."""
    return [case.target for case in all_cases() if case.file == file]


def _name(spelling: str, report: Report) -> str:
    """The canonical name of the target of a `spelling`."""
    python, _, platform = spelling.partition("-")
    names = {target.name for target in report.targets}
    if spelling in names:
        return spelling
    return next(name for name in names if name.startswith(f"{python}-py") and "wasm" in platform)


def tell(comparison: Comparison) -> int:
    """Print the table per platform and write the differences; return the number unexplained."""
    by_platform: dict[str, Counter[Reason]] = defaultdict(Counter)
    for case, each in comparison.differences:
        by_platform[case.target.partition("-")[2]][each.reason] += each.name != "*"
    print("| platform | pins compared | equal | differing | unexplained |")
    print("|---|---:|---:|---:|---:|")
    for platform, compared in comparison.compared.items():
        reasons = by_platform[platform]
        differing = sum(reasons.values())
        cells = (platform, compared, compared - differing, differing, reasons[Reason.UNEXPLAINED])
        print("|", " | ".join(map(str, cells)), "|")
    with DIFFERENCES.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(COLUMNS)
        for case, each in comparison.differences:
            row = (case.file, case.target, each.name, each.theirs or "", each.ours or "")
            writer.writerow([*row, each.reason.name.lower()])
    reasons = Counter(each.reason for _, each in comparison.differences)
    for reason, count in reasons.most_common():
        print(f"  {count} × {reason}")
    return reasons[Reason.UNEXPLAINED]


def main() -> int:
    """Compare and tell."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--uv", default="uv")
    parser.add_argument("--scratch", type=Path, required=True)
    options = parser.parse_args()
    with (
        replayed(options.scratch, "resolvable") as theirs,
        replayed(options.scratch, "faithful") as ours,
    ):
        comparison = Comparison(Uv(options.uv, theirs), ours)
        comparison.run()
        return 1 if tell(comparison) else 0


if __name__ == "__main__":
    raise SystemExit(main())
