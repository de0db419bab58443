"""What a fit writes: coefficients and measured builds for wheelcheck, and a page for readers."""

import csv
import json
import math
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from fitting import fits, hold_out, transfer, unseen
from fitting.fits import Missed
from fitting.rows import Row
from wheelcheck.costs import intervals, modelled
from wheelcheck.costs.cost_terms import Coefficients

_SHOWN = 25
_ABOUT = (
    "For those who change the model: every build that it is fitted to, judged by a model that has "
    "not seen its project or the projects of its family. Factors are measured ÷ modelled or its "
    "inverse, whichever is above 1; the interval of each row was set without its family too."
)
_MEASURED_COLUMNS = (
    *("name", "version", "python", "cpu_seconds", "environment_seconds", "serial_share"),
    *("peak_process_bytes", "peak_bytes", "built_bytes", "extension_bytes", "stripped_bytes"),
    "source_seconds",
)


def factors(logs: Sequence[float]) -> dict[str, float]:
    """How far off: median and 90 % point of the factor, and the share within three."""
    errors = np.abs(logs)
    return {
        "builds": len(errors),
        "median": round(float(np.exp(np.median(errors))), 3),
        "p90": round(float(np.exp(np.quantile(errors, 0.9))), 3),
        "within_3": round(float(np.mean(errors < math.log(3))), 3),
    }


_PARTS: dict[str, tuple[str, Callable[[Missed], bool]]] = {
    "cpu": ("cpu", lambda _: True),
    "cpu over 2 s": ("cpu", lambda miss: miss.row.cpu > 2),
    "cpu over 20 s": ("cpu", lambda miss: miss.row.cpu > 20),
    "cpu, wheel published": ("cpu", lambda miss: miss.group in {"agreeing", "differing"}),
    "cpu, no wheel": ("cpu", lambda miss: miss.group == "sources"),
    "cpu by sources alone": ("sources_only", lambda _: True),
    "wall time of quiet builds, 2 cores": ("wall", lambda _: True),
    "peak memory, largest process": ("memory", lambda _: True),
    "peak memory of parallel builds, 2 cores": ("all_memory", lambda _: True),
    "built extensions, wheel published": (
        "size", lambda miss: miss.group in {"agreeing", "differing"},
    ),
    "built extensions, no wheel": ("size", lambda miss: miss.group == "sources"),
}  # fmt: skip


def written(
    table: Coefficients,
    missed: Sequence[Missed],
    pairs: Mapping[str, Mapping[str, Sequence[float]]],
    judged: tuple[Sequence[unseen.Judged], unseen.Sides],
    folder: Path,
) -> tuple[str, dict[str, Any]]:
    """The page, and the figures that are shipped with the coefficients.

    `judged` has the builds of all lists, and what may lie beyond each bound.
    """
    found = {
        title: factors([m.error(quantity) for m in missed if chosen(m) and quantity in m.truth])
        for title, (quantity, chosen) in _PARTS.items()
    }
    found["cpu, scaled from another version"] = factors(pairs["cpu"]["scaled"])
    found["cpu, another version as it is"] = factors(pairs["cpu"]["unscaled"])
    coverage = {
        quantity: round(fits.covered(missed, quantity, table), 3) for quantity in fits.QUANTITIES
    }
    figures = {"leave_one_family_out": found, "coverage_of_80_percent_intervals": coverage}
    lines = [
        "# How well the cost model does",
        "",
        *hold_out.lines(folder),
        "## Leaving families out",
        "",
        _ABOUT,
        "",
        "| what | builds | median factor | 90 % within | within ×3 |",
        "| --- | ---: | ---: | ---: | ---: |",
        *(
            f"| {title} | {sums['builds']} | {sums['median']:.2f} | {sums['p90']:.2f} | "
            f"{sums['within_3']:.0%} |"
            for title, sums in found.items()
        ),
        "",
        "80 % intervals cover "
        + ", ".join(f"{share:.0%} ({name})" for name, share in coverage.items())
        + ".",
        "",
        *_interval_lines(table.spread),
        "",
        *_unseen_lines(table.unseen, *judged),
        "",
        *_reach_lines(table),
        "",
        *_coefficient_lines(table),
        "",
        *_worst_lines(missed),
        "",
        *transfer.lines(folder, table),
    ]
    return "\n".join(lines).rstrip() + "\n", figures


def _interval_lines(spread: Mapping[str, Mapping[str, tuple[float, float]]]) -> list[str]:
    quantities = list(fits.QUANTITIES)
    other = ", ".join(
        f"{low:.2f} to {high:.2f} ({group})" for group, (low, high) in spread["other"].items()
    )
    return [
        "## Intervals",
        "",
        "Measured ÷ modelled at the 10 % and the 90 % point, by what the estimate rests on.",
        "",
        f"| evidence | {' | '.join(quantities)} |",
        f"| --- |{' --- |' * len(quantities)}",
        *(
            f"| {group} | "
            + " | ".join("{:.2f} to {:.2f}".format(*spread[each][group]) for each in quantities)
            + " |"
            for group in spread[quantities[0]]
        ),
        "",
        f"What a wheel holds that is not compiled: {other}.",
    ]


_COVERED = (
    "What intervals that all the other lists set cover of each list: of what was said on the day, "
    "and of what the present model says without the families. The next list lies between."
)


def _unseen_lines(
    powers: unseen.Powers, judged: Sequence[unseen.Judged], beyond: unseen.Sides
) -> list[str]:
    """How far the intervals are widened, and what that would have covered of each list."""
    covered = unseen.coverage(judged, beyond)
    before, after = unseen.width(judged, fits.AS_SEEN), unseen.width(judged, powers)
    widths = ", ".join(
        f"{quantity} ×{before[quantity]:.2f} before and ×{after[quantity]:.2f} after"
        for quantity in before
    )
    about = (
        "These are the intervals of builds whose families were left out. An answer widens them by "
        "what was missed of the lists above: the lower and the upper bound are raised to these "
        "powers, by kind of build; beyond each lies the share that follows. These shares are such "
        f"that, where a list is left out, the others' intervals cover {unseen.COVERED:.0%} of it: "
        "the mean over the lists, later lists weighing more, of every build of the kind as it was "
        "missed on the day when it was judged. The second figure of each list is what is covered "
        "of the present model's misses without the build's family. Pure builds compile nothing, "
        f"large builds take {intervals.LARGE:g} modelled seconds or more; apart from these are, in "
        "memory, builds that compile several files at once and, in size, builds of which the sdist "
        "does not show all. Upper bound ÷ lower bound, in the geometric mean: "
        f"{widths}."
    )
    return [
        about,
        "",
        "| kind | " + " | ".join(powers) + " |",
        f"| --- |{' --- |' * len(powers)}",
        *(
            f"| {kind} | "
            + " | ".join(_power_cell(powers[each], beyond[each], kind) for each in powers)
            + " |"
            for kind in unseen.KINDS
        ),
        "",
        _COVERED,
        "",
        f"| list | {' | '.join(powers)} |",
        f"| --- |{' ---: |' * len(powers)}",
        *(
            f"| {name} | "
            + " | ".join(f"{then:.0%} and {now:.0%}" for then, now in shares.values())
            + " |"
            for name, shares in covered.items()
        ),
    ]


def _power_cell(
    powers: Mapping[str, tuple[float, float]], beyond: Mapping[str, float], kind: str
) -> str:
    if kind not in powers:
        return "–"
    return "{:.2f} and {:.2f}, {:.1%}".format(*powers[kind], beyond[kind])


def _reach_lines(table: Coefficients) -> list[str]:
    seconds = {kind: value for kind, value in table.reach.items() if kind != "doubt"}
    most = ", ".join(f"{kind} {value:.3g}" for kind, value in seconds.items())
    paragraph = (
        f"The most modelled seconds of one kind of source in a measured build: {most}. Where a "
        "build has more, its intervals widen: a build with e times the seconds that are covered "
        f"gets the factor {math.exp(table.reach['doubt']):.2f} to either side, on top and taken "
        "as independent. That is how far nine of ten estimates were off, a unit of distance, when "
        f"fits to the builds below {', '.join(map(str, fits.LIMITS))} seconds were applied to the "
        "larger builds."
    )
    return ["## Beyond what was measured", "", paragraph]


def _coefficient_lines(table: Coefficients) -> list[str]:
    cpu = ", ".join(f"{name} {value:.3g}" for name, value in table.cpu.items())
    memory = ", ".join(f"{name} {value / 1e6:.3g}" for name, value in table.memory.items())
    other = ", ".join(
        f"{name} {value:.3g}"
        for part in (table.published, table.size, table.serial)
        for name, value in part.items()
    )
    return [
        "## Coefficients",
        "",
        f"CPU, reference seconds a unit: {cpu}.",
        "",
        f"Memory, MB a unit: {memory}.",
        "",
        f"Published wheels, sizes, serial part: {other}.",
    ]


def _worst_lines(missed: Sequence[Missed]) -> list[str]:
    worst = sorted(missed, key=lambda miss: -abs(miss.error("cpu")))[:_SHOWN]
    return [
        f"## The {_SHOWN} worst by CPU time",
        "",
        "| release | measured s | modelled s | by sources s | evidence | backend |",
        "| --- | ---: | ---: | ---: | --- | --- |",
        *(
            f"| {miss.row.name} {miss.row.version} | {miss.row.cpu:.1f} | "
            f"{miss.answers['cpu']:.1f} | {miss.answers['sources_only']:.1f} | "
            f"{miss.group} | {miss.row.features.backend} |"
            for miss in worst
        ),
    ]


def ship_coefficients(
    path: Path,
    table: Coefficients,
    figures: dict[str, Any],
) -> None:
    """Write the coefficients, rounded to what they can mean."""
    document = {
        "cpu": _rounded(table.cpu),
        "memory": {name: round(value) for name, value in table.memory.items()},
        "beside": {name: round(value) for name, value in table.beside.items()},
        "published": _rounded(table.published),
        "size": _rounded(table.size),
        "serial": _rounded(table.serial),
        "reach": _rounded(table.reach),
        "spread": _rounded_pairs(table.spread),
        "unseen": _rounded_pairs(table.unseen),
        "figures": figures,
    }
    ship(path, document)


def _rounded_pairs(
    found: Mapping[str, Mapping[str, tuple[float, float]]],
) -> dict[str, dict[str, list[float]]]:
    return {
        quantity: {group: [round(x, 3) for x in pair] for group, pair in groups.items()}
        for quantity, groups in found.items()
    }


def ship(path: Path, document: Any) -> None:
    """Write one JSON document."""
    path.write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")


def _rounded(values: Any) -> dict[str, float]:
    return {name: float(f"{value:.4g}") for name, value in values.items()}


def ship_predictions(path: Path, missed: Sequence[Missed], table: Coefficients) -> None:
    """Write what was said of every build without its family, for plots."""
    with path.open("w", newline="", encoding="utf-8") as file:
        out = csv.writer(file, lineterminator="\n")
        out.writerow(
            [
                "name",
                "version",
                "python",
                "evidence",
                "quantity",
                "measured",
                "modelled",
                "low",
                "high",
            ]
        )
        for miss in missed:
            for quantity in fits.QUANTITIES:
                if quantity in miss.truth:
                    bounds = fits.interval(miss, quantity, table)
                    numbers = (miss.truth[quantity], miss.answers[quantity], *bounds)
                    row = (miss.row.name, miss.row.version, miss.row.python, miss.group, quantity)
                    out.writerow([*row, *(f"{number:.4g}" for number in numbers)])


def ship_measured(path: Path, learned: Sequence[Row], table: Coefficients) -> None:
    """Write the measured builds in the columns that run time needs."""
    with path.open("w", newline="", encoding="utf-8") as file:
        out = csv.writer(file, lineterminator="\n")
        out.writerow(_MEASURED_COLUMNS)
        for row in learned:
            if row.peak_process is None:
                continue  # only sums were written down
            share = row.serial_share
            if share is None:
                share = modelled.serial_share(row.features, row.cpu, table)
            out.writerow(
                [
                    *(row.name, row.version, row.python, f"{row.cpu:.4g}"),
                    *(f"{row.environment:.3g}", f"{share:.2f}"),
                    *(round(row.peak_process), round(row.peak_tree)),
                    *(row.built, row.extension, row.stripped),
                    f"{modelled.source_seconds(modelled.settled(row.features, table), table):.4g}",
                ]
            )
