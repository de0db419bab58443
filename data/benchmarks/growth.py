"""How do time and memory grow with the number of pins and of targets?

    python data/benchmarks/growth.py [--repeat 3]

Asks made-up indexes of 10 to 1000 projects (`generated.py`) on 20 targets, and one of 100 projects
on 1 to 150 targets, with empty and with filled caches. Writes `results/growth.csv` and `.svg` (the
plot needs matplotlib), and prints the steepest slope on doubly logarithmic scales: 1 is linear.
"""

from __future__ import annotations

import argparse
import csv
import math
import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory

from contenders import MATRIX, Ours
from running import HERE, served, spread

PINS = (10, 30, 100, 330, 1000)
TARGETS = (1, 5, 20, 60, 150)
PINS_FOR_TARGETS = 100
MANY_TARGETS = tuple(
    f"cp3{minor}-{libc}_{arch}"
    for libc in (
        *("manylinux_2_36", "musllinux_1_2", "manylinux_2_17", "manylinux_2_28", "manylinux_2_31"),
        *("manylinux_2_34", "manylinux_2_35", "manylinux_2_39", "manylinux_2_41", "musllinux_1_1"),
    )
    for minor in range(10, 15)
    for arch in ("x86_64", "aarch64", "ppc64le")
)


@dataclass(frozen=True, slots=True)
class Point:
    """Medians of some runs: `seconds` on the wall clock and `peak_mb` in MB."""

    grows: str
    pins: int
    targets: int
    cache: str
    runs: int
    seconds: float
    peak_mb: float


def point(grows: str, pins: int, targets: Sequence[str], url: str, repeat: int) -> Iterator[Point]:
    """One index on some targets, with an empty cache and with the cache that this run filled."""
    runs = {"empty": [], "filled": []}
    with TemporaryDirectory() as name:
        file = Path(name, "requirements.txt")
        file.write_text("made-0\n", encoding="utf-8")
        for number in range(repeat):
            ours = Ours(url, Path(name, f"cache-{number}"))
            for measurements in runs.values():  # the second file is edited, so that it is judged
                measurements.append(ours.run_anew(file, targets, "--no-advice"))
    for state, measured in runs.items():
        seconds = spread(run.seconds for run in measured).median
        peak = spread(run.peak_mb for run in measured).median
        yield Point(grows, pins, len(targets), state, repeat, seconds, peak)


def points(repeat: int) -> Iterator[Point]:
    """All points, each as soon as it is measured."""
    script = [sys.executable, str(HERE / "generated.py"), "--projects"]
    for pins in PINS:
        with served([*script, str(pins)]) as url:
            yield from point("pins", pins, MATRIX, url, repeat)
    with served([*script, str(PINS_FOR_TARGETS)]) as url:
        for count in TARGETS:
            yield from point("targets", PINS_FOR_TARGETS, MANY_TARGETS[:count], url, repeat)


def slope(curve: Sequence[tuple[int, float]]) -> float:
    """The steepest exponent between neighbours: 1 where twice as much takes twice as long."""
    return max(
        math.log(late / early) / math.log(more / less)
        for (less, early), (more, late) in pairwise(curve)
    )


def plot(found: Sequence[Point], path: Path) -> None:
    """Time and memory against pins and targets. Needs matplotlib."""
    import matplotlib as mpl

    mpl.use("svg")
    from matplotlib import pyplot as plt

    figure, panels = plt.subplots(2, 2, figsize=(9, 7), layout="constrained")
    for column, grows in enumerate(("pins", "targets")):
        for line, (value, label) in enumerate((("seconds", "s"), ("peak_mb", "peak memory, MB"))):
            axes = panels[line][column]
            for state in ("empty", "filled"):
                shown = [p for p in found if p.grows == grows and p.cache == state]
                places = [getattr(p, grows) for p in shown]
                axes.plot(places, [getattr(p, value) for p in shown], "o-", label=f"{state} cache")
            first = next(p for p in found if p.grows == grows)
            fixed = f"{first.targets} targets" if grows == "pins" else f"{first.pins} pins"
            axes.set(xscale="log", yscale="log", xlabel=f"{grows} ({fixed})", ylabel=label)
            axes.grid(visible=True, which="both", alpha=0.3)
            axes.legend()
    figure.savefig(path)


def main() -> None:
    """Measure, print, write."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--output", type=Path, default=HERE / "results")
    options = parser.parse_args()
    options.output.mkdir(exist_ok=True)
    found = []
    for each in points(options.repeat):
        found.append(each)
        print(each, flush=True)
    for grows in ("pins", "targets"):
        for state in ("empty", "filled"):
            shown = [p for p in found if p.grows == grows and p.cache == state]
            curve = [(getattr(p, grows), p.seconds) for p in shown]
            print(f"steepest slope of time against {grows}, {state} cache: {slope(curve):.2f}")
    with (options.output / "growth.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(asdict(found[0])), lineterminator="\n")
        writer.writeheader()
        writer.writerows(asdict(each) for each in found)
    plot(found, options.output / "growth.svg")


if __name__ == "__main__":
    main()
