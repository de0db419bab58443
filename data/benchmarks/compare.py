"""How fast is wheelcheck beside uv and pip? All ask the same replayed index on loopback.

    python data/benchmarks/compare.py --uv uv --pip-python PYTHON [--pairs 5] [--file big.txt …]

Prints a table with medians and spread, and writes `results/comparison.csv`, `.md` and `.svg` (the
plot needs matplotlib). Every pair runs ours and the peer one after the other, the order changing
from pair to pair, so that a busy machine slows both: the ratios are what to look at.
"""

from __future__ import annotations

import argparse
import csv
import os
import platform
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from contenders import FIRST, MATRIX, Ours, Pip, Uv, installers_target
from running import HERE, ROOT, Run, environment, measured, replaying, spread

RESULTS = HERE / "results"
PLAIN = "--no-advice"
"""Advice on source builds is looked for by judging again and again: no installer does that."""
VERDICTS = "--verdicts-only"
SAME_ENVIRONMENT = tuple(f"cp312-manylinux_2_{minor}_x86_64" for minor in (28, 31, 35, 39, 41))
OTHER_ENVIRONMENTS = (
    *(f"cp3{minor}-manylinux_2_36_x86_64" for minor in (10, 11, 13, 14)),
    "cp312-manylinux_2_36_aarch64",
)


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table. `ours` and `theirs` are seconds, but for memory: MB and nothing."""

    manner: str
    latency_ms: int
    file: str
    case: str
    pairs: int
    ours: float
    ours_least: float
    ours_greatest: float
    theirs: float
    theirs_least: float
    theirs_greatest: float
    ratio: float
    goal: float

    @property
    def met(self) -> str:
        """Whether the goal is reached; empty where there is none."""
        return ("yes" if self.ratio <= self.goal else "no") if self.goal else ""


@dataclass(frozen=True)
class Setting:
    """A server with its contenders. `add` sums up pairs as a row of the table."""

    manner: str
    latency: float
    file: Path
    ours: Ours
    uv: Uv
    pip: Pip
    pip_version: str
    pairs: int
    clock: str

    def took(self, run: Run) -> float:
        """Seconds by the clock that was asked for."""
        return run.cpu_seconds if self.clock == "cpu" else run.seconds

    def add(self, case: str, goal: float, pairs: Iterable[tuple[float, float]]) -> Row:
        """A row from pairs (ours, theirs); the ratio is that of the medians."""
        measured_pairs = list(pairs)
        ours = spread(pair[0] for pair in measured_pairs)
        theirs = spread(pair[1] for pair in measured_pairs)
        return Row(
            self.manner,
            round(self.latency * 1000),
            self.file.name,
            case,
            len(measured_pairs),
            *(ours.median, ours.least, ours.greatest),
            *(theirs.median, theirs.least, theirs.greatest),
            ours.median / theirs.median if theirs.median else 0.0,
            goal,
        )


def alternating(
    count: int, ours: Callable[[], float], theirs: Callable[[], float]
) -> Iterator[tuple[float, float]]:
    """Pairs of measurements, every second one the other way round."""
    for number in range(count):
        if number % 2:
            second = theirs()
            yield ours(), second
        else:
            first = ours()
            yield first, theirs()


def cold(setting: Setting) -> Iterator[Row]:
    """With empty caches: the matrix beside one target of uv, and one target beside pip's."""
    memory = []

    def matrix(what: str = PLAIN) -> float:
        with setting.ours.with_cold_cache() as ours:
            run = ours.run(setting.file, MATRIX, what)
        memory.append(run.peak_mb)
        return setting.took(run)

    def verdicts() -> float:
        return matrix(VERDICTS)

    def uv() -> float:
        with setting.uv.with_cold_cache() as theirs:
            return setting.took(theirs.run(setting.file, FIRST))

    yield setting.add(
        "cold, 20 targets / uv, 1 target", 1.5, alternating(setting.pairs, matrix, uv)
    )
    alone = [(peak, 0.0) for peak in memory]
    yield setting.add("peak memory in MB, cold, 20 targets (goal: 200)", 0.0, alone)
    yield setting.add(
        "cold, 20 targets, verdicts only / uv, 1 target",
        1.5,
        alternating(setting.pairs, verdicts, uv),
    )
    yield setting.add(
        "cold, 20 targets, with plans and bills / verdicts only",
        0.0,
        alternating(setting.pairs, matrix, verdicts),
    )

    target = installers_target(setting.pip_version)

    def single() -> float:
        with setting.ours.with_cold_cache() as ours:
            return setting.took(ours.run(setting.file, [target], PLAIN))

    def pip() -> float:
        with setting.pip.with_cold_cache() as theirs:
            return setting.took(theirs.run(setting.file))

    few = min(setting.pairs, 3)  # pip takes its time
    yield setting.add("cold, 1 target / pip's dry run", 1.0, alternating(few, single, pip))


def warm(setting: Setting) -> Iterator[Row]:
    """With filled caches, asking the index or not."""
    setting.ours.run(setting.file, MATRIX)
    for target in MATRIX:
        setting.uv.run(setting.file, target)

    def uv() -> float:
        return setting.took(setting.uv.run(setting.file, FIRST))

    def uv_for_each() -> float:
        return sum(setting.took(setting.uv.run(setting.file, t, "--offline")) for t in MATRIX)

    ours = setting.ours
    ours.run(setting.file, MATRIX, PLAIN)
    ways = (("repeated", ours.run), ("remarked", ours.run_remarked), ("edited", ours.run_anew))
    for how, ask in ways:

        def matrix(*options: str, ask: Callable[..., Run] = ask) -> float:
            return setting.took(ask(setting.file, MATRIX, *options))

        yield setting.add(
            f"warm, 20 targets, {how} / uv, 1 target",
            1.0,
            alternating(setting.pairs, partial(matrix, PLAIN), uv),
        )
        yield setting.add(
            f"offline, 20 targets, {how} / uv, 20 runs",
            0.5,
            alternating(setting.pairs, partial(matrix, PLAIN, "--offline"), uv_for_each),
        )
    yield setting.add(
        "offline, 20 targets, edited, with plans and bills / verdicts only",
        1.1,
        alternating(
            setting.pairs,
            partial(matrix, PLAIN, "--offline"),
            partial(matrix, VERDICTS, "--offline"),
        ),
    )
    yield setting.add(
        "offline, 20 targets, edited, with advice / without",
        0.0,
        alternating(
            min(setting.pairs, 3),
            partial(matrix, "--offline"),
            partial(matrix, "--offline", PLAIN),
        ),
    )


def further_targets(setting: Setting) -> Iterator[Row]:
    """What a target adds beside the first one, with an empty cache and with a filled one."""
    for name, goal, others in (
        ("same marker environment", 0.03, SAME_ENVIRONMENT),
        ("another marker environment", 0.15, OTHER_ENVIRONMENTS),
    ):
        setting.ours.run(setting.file, [FIRST, *others])

        def cold_run(*targets: str) -> float:
            with setting.ours.with_cold_cache() as ours:
                return setting.took(ours.run(setting.file, targets, PLAIN))

        def warm_run(*targets: str) -> float:
            return setting.took(setting.ours.run_anew(setting.file, targets, PLAIN))

        for temperature, run in (("cold", cold_run), ("warm", warm_run)):
            pairs = alternating(
                setting.pairs,
                lambda run=run, o=others: run(FIRST, *o),
                lambda run=run: run(FIRST),
            )
            added = [((both - single) / len(others), single) for both, single in pairs]
            yield setting.add(f"each further target, {name}, {temperature}", goal, added)


def start_up(pairs: int, clock: str) -> Iterator[Row]:
    """Without any index: what it takes to start."""
    bare = [sys.executable, "-c", "pass"]
    env = environment(PYTHONPATH=str(ROOT))

    def seconds(*command: str) -> float:
        return setting.took(measured([sys.executable, *command], env))

    setting = Setting("", 0.0, Path(), None, None, None, "", pairs, clock)  # type: ignore[arg-type]
    for case, goal, command in (
        ("python -m wheelcheck --help / python -c pass", 2.0, ("-m", "wheelcheck", "--help")),
        ("import wheelcheck / python -c pass", 0.0, ("-c", "import wheelcheck")),
    ):
        measurements = alternating(
            4 * pairs, lambda c=command: seconds(*c), lambda: setting.took(measured(bare, env))
        )
        yield setting.add(case, goal, measurements)


def all_rows(options: argparse.Namespace) -> Iterator[Row]:
    """Every case in every setting, each as soon as it is measured."""
    yield from start_up(options.pairs, options.clock)
    for manner in options.manner:
        for latency in options.latency:
            with replaying(manner, latency / 1000) as url:
                for name in options.file:
                    with TemporaryDirectory(prefix="bench-") as folder:
                        setting = Setting(
                            manner,
                            latency / 1000,
                            ROOT / "data" / "requirements" / name,
                            Ours(url, Path(folder, "ours")),
                            Uv(url, Path(folder, "uv"), options.uv, sys.executable),
                            Pip(url, Path(folder, "pip"), options.pip_python),
                            options.pip_version,
                            options.pairs,
                            options.clock,
                        )
                        cases = [case for key, case in CASES.items() if key in options.case]
                        for case in cases:
                            yield from case(setting)


CASES = {"cold": cold, "warm": warm, "further": further_targets}


def as_markdown(rows: Iterable[Row], title: str) -> str:
    """The table, with the machine and the day."""
    lines = [
        title,
        "",
        "| index | file | case | ours | peer | ratio | goal | met |",
        "|" + "---|" * 8,
    ]
    for row in rows:
        index = f"{row.manner}, {row.latency_ms} ms" if row.manner else "none"
        ours = f"{row.ours:.3g} ({row.ours_least:.3g}–{row.ours_greatest:.3g})"
        theirs = f"{row.theirs:.3g} ({row.theirs_least:.3g}–{row.theirs_greatest:.3g})"
        compared = f"{row.ratio:.3g}" if row.theirs else ""
        goal = f"≤ {row.goal:g}" if row.goal else ""
        cells = [index, row.file, row.case, ours, theirs if row.theirs else "", compared, goal]
        lines.append(f"| {' | '.join([*cells, row.met])} |")
    return "\n".join(lines) + "\n"


def plot(rows: Iterable[Row], path: Path) -> None:
    """Ratios beside their goals, one panel per case. Needs matplotlib."""
    import matplotlib as mpl

    mpl.use("svg")
    from matplotlib import pyplot as plt

    shown = [row for row in rows if row.goal]
    names = [f"{row.case}\n{row.file} {row.manner} {row.latency_ms} ms".rstrip() for row in shown]
    figure, axes = plt.subplots(figsize=(9, 0.42 * len(shown) + 1.2), layout="constrained")
    places = range(len(shown))
    colours = ["tab:green" if row.met == "yes" else "tab:orange" for row in shown]
    axes.barh(places, [max(row.ratio, 1e-3) for row in shown], color=colours)
    axes.plot([row.goal for row in shown], places, "k|", markersize=12, label="goal")
    axes.set(xscale="log", xlabel="time of wheelcheck / time of the peer, medians")
    axes.set_yticks(list(places), names, fontsize=7)
    axes.invert_yaxis()
    axes.legend()
    figure.savefig(path)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--uv", default="uv", help="the uv to compare with")
    parser.add_argument("--pip-python", default=sys.executable, help="an interpreter with pip")
    parser.add_argument("--pairs", type=int, default=5)
    parser.add_argument("--clock", choices=("wall", "cpu"), default="wall", help="cpu: see README")
    parser.add_argument("--file", action="append", help="of data/requirements; default: three")
    parser.add_argument("--manner", action="append", choices=("public", "mirror"))
    parser.add_argument("--latency", action="append", type=float, help="ms per request; 0 and 30")
    parser.add_argument("--case", action="append", choices=CASES)
    parser.add_argument("--output", type=Path, default=RESULTS)
    options = parser.parse_args()
    options.file = options.file or ["big.txt", "web.txt", "story.txt"]
    options.manner = options.manner or ["public", "mirror"]
    options.latency = options.latency or [0.0, 30.0]
    options.case = options.case or list(CASES)
    return options


def main() -> None:
    """Measure, print, write."""
    options = _options()
    import subprocess

    code = "import sys; print('{}.{}'.format(*sys.version_info))"
    ended = subprocess.run([options.pip_python, "-c", code], capture_output=True, check=True)
    options.pip_version = ended.stdout.decode().strip()
    options.output.mkdir(exist_ok=True)
    rows = []
    for row in all_rows(options):
        rows.append(row)
        print(*as_markdown([row], "").splitlines()[-1:], flush=True)
    title = (
        f"{datetime.now(UTC):%Y-%m-%d}, {platform.machine()}, {os.cpu_count()} cores,"
        f" CPython {platform.python_version()}, load {os.getloadavg()[0]:.1f};"
        f" {options.clock} seconds: median (least–greatest)"
    )
    (options.output / "comparison.md").write_text(as_markdown(rows, title), encoding="utf-8")
    with (options.output / "comparison.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(asdict(rows[0])), lineterminator="\n")
        writer.writeheader()
        writer.writerows(asdict(row) for row in rows)
    plot(rows, options.output / "comparison.svg")


if __name__ == "__main__":
    main()
