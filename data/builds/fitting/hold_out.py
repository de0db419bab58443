"""How well what wheelcheck says of unseen builds holds, by the tables of results alone."""

import csv
import math
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path

import numpy as np

Row = Mapping[str, str]
_QUANTITIES = {
    "CPU time": "cpu",
    "peak memory": "memory",
    "size of what is built": "size",
    "build environment": "environment",
}
_COMPILES: tuple[str, Callable[[Row], bool]] = (
    "builds that compile",
    lambda row: row["verdict"] != "source-pure",
)
_PARTS: tuple[tuple[str, Callable[[Row], bool]], ...] = (
    ("all builds", lambda _: True),
    _COMPILES,
    ("2 CPU seconds or more", lambda row: float(row["cpu_measured"]) >= 2),
    ("20 CPU seconds or more", lambda row: float(row["cpu_measured"]) >= 20),
)


def figures(path: Path, half: str) -> dict[str, dict[str, dict[str, float]]]:
    """Factors and coverage by quantity and part of the builds of a half that succeeded."""
    rows = [row for row in _read(path) if row["half"] == half]
    return {
        title: {
            part: _figures([row for row in rows if _has(row, name) and chosen(row)], name)
            for part, chosen in _PARTS
        }
        for title, name in _QUANTITIES.items()
    }


def _read(path: Path) -> list[dict[str, str]]:
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def _has(row: Row, name: str) -> bool:
    numbers = (row[f"{name}_measured"], row[f"{name}_said"])
    return row["outcome"] == "success" and all(text and float(text) > 0 for text in numbers)


def _figures(rows: Sequence[Row], name: str) -> dict[str, float]:
    if not rows:
        return {"builds": 0}
    errors = np.array(
        [abs(math.log(float(r[f"{name}_measured"]) / float(r[f"{name}_said"]))) for r in rows]
    )
    return {
        "builds": len(rows),
        "median": float(np.exp(np.median(errors))),
        "p90": float(np.exp(np.quantile(errors, 0.9))),
        "worst": float(np.exp(errors.max())),
        "covered": float(np.mean([_covers(row, name) for row in rows])),
    }


def _covers(row: Row, name: str) -> bool:
    measured = float(row[f"{name}_measured"])
    return float(row[f"{name}_low"]) <= measured <= float(row[f"{name}_high"])


def lines(folder: Path) -> list[str]:
    """The part of the page about builds that no fit had seen, the last list first."""
    found = ["## Builds that nothing has seen", "", _ABOUT, ""]
    for title, name, half in _LISTS:
        path = folder / name
        if path.exists():
            outcomes = Counter(row["outcome"] for row in _read(path) if row["half"] == half)
            counted = (
                f"Of {outcomes.total()} releases: {outcomes['success']} built, "
                f"{outcomes['failure']} failed, {outcomes['not built']} not built in the time "
                "there was."
            )
            found += [f"### {title}", "", counted, "", *_HEAD, *_table(figures(path, half)), ""]
    return found


_ABOUT = (
    "Written by `fit.py`. Releases that were chosen before any was built, in no table and no fit "
    "at the time: what the command line says (`judge.py ask`) against what happened in a Debian 13 "
    "root. Each list was judged once, by the model of its day. Environments of a root that had the "
    "programs which a backend fetches otherwise (CMake, Ninja, patchelf) are left out. Factors are "
    "measured ÷ said or its inverse, whichever is above 1; the last column is how many lie within "
    "the 80 % interval."
)
_LISTS = (
    (
        "eighteenth.csv, judged in the afternoon of 2026-11-30 by the present model; in no fit",
        "eighteenth-results.csv",
        "eighteenth",
    ),
    (
        (
            "seventeenth.csv, judged in the afternoon of 2026-11-30 by the model before "
            "(9ce73a78); all but one of its builds are part of the present fit"
        ),
        "seventeenth-results.csv",
        "seventeenth",
    ),
    (
        (
            "sixteenth.csv, judged at noon of 2026-11-30 by an earlier model (719b227c); its "
            "builds are part of the present fit"
        ),
        "sixteenth-results.csv",
        "sixteenth",
    ),
    (
        (
            "fifteenth.csv, judged in the forenoon of 2026-11-30 by the model before; its builds "
            "are part of the present fit"
        ),
        "fifteenth-results.csv",
        "fifteenth",
    ),
    (
        (
            "thirteenth.csv, judged in the morning of 2026-11-30 by the model before; its builds "
            "are part of the present fit"
        ),
        "thirteenth-results.csv",
        "thirteenth",
    ),
    (
        (
            "twelfth.csv, judged in the night of 2026-11-30 by the model before; what was wrong "
            "there is mended, and its builds are part of the present fit"
        ),
        "twelfth-results.csv",
        "twelfth",
    ),
    (
        (
            "eleventh_development.csv, as far as it was built, by the model before, asked on "
            "2026-11-30 when its builds were known; they are part of the present fit"
        ),
        "eleventh_development-results.csv",
        "eleventh-development",
    ),
    (
        (
            "eleventh.csv, judged in the night of 2026-11-29 by the model before; what was wrong "
            "there is mended, and its builds are part of the present fit"
        ),
        "eleventh-results.csv",
        "eleventh",
    ),
    (
        (
            "tenth.csv, judged in the evening of 2026-11-29 by the model before; what was wrong "
            "there is mended, and its builds are part of the present fit"
        ),
        "tenth-results.csv",
        "tenth",
    ),
    (
        (
            "tenth_development.csv, by the model before, asked on 2026-11-29 when its builds were "
            "known; they served to mend, and are part of the present fit"
        ),
        "tenth_development-results.csv",
        "tenth-development",
    ),
    (
        (
            "ninth.csv, judged in the afternoon of 2026-11-29 by the model before; what was wrong "
            "there is mended, and its builds are part of the present fit"
        ),
        "ninth-results.csv",
        "ninth",
    ),
    (
        (
            "eighth.csv, judged later on 2026-11-29 by the model before; what was wrong there is "
            "mended, and its builds are part of the present fit"
        ),
        "eighth-results.csv",
        "eighth",
    ),
    (
        (
            "What the first round of sixth.csv had not built, judged later on 2026-11-29 by the "
            "model of that hour; what was wrong there is mended, and both rounds are part of the "
            "present fit"
        ),
        "sixth-rest-results.csv",
        "sixth",
    ),
    (
        (
            "sixth.csv, judged on 2026-11-29 by the model before, with what was built in the time "
            "there was"
        ),
        "sixth-results.csv",
        "sixth",
    ),
    (
        (
            "fifth.csv, judged earlier on 2026-11-29 by the model before; what was wrong there is "
            "mended, and its builds are part of the present fit"
        ),
        "fifth-results.csv",
        "fifth",
    ),
    (
        (
            "second.csv, judged on 2026-11-28 by the model before; what was wrong there is mended, "
            "and its builds are part of the present fit"
        ),
        "second-results.csv",
        "second",
    ),
    (
        (
            "The held-out half of unseen.csv, judged earlier that day by the model before that; "
            "its builds are part of the present fit, but for the names in held-out.txt"
        ),
        "unseen-results.csv",
        "held-out",
    ),
)
_HEAD = (
    "| quantity | of | builds | median factor | 90 % within | worst | covered |",
    "| --- | --- | ---: | ---: | ---: | ---: | ---: |",
)


def _table(found: Mapping[str, Mapping[str, Mapping[str, float]]]) -> Iterable[str]:
    for title, parts in found.items():
        for part, sums in parts.items():
            if sums["builds"]:
                yield (
                    f"| {title} | {part} | {sums['builds']} | {sums['median']:.2f} | "
                    f"{sums['p90']:.2f} | {sums['worst']:.1f} | {sums['covered']:.0%} |"
                )
