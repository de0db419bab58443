"""How long installing takes: build environments as measured, and installs of wheels alone."""

import csv
import json
import math
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
from packaging.utils import canonicalize_name
from packaging.version import Version
from scipy.optimize import least_squares

from fitting.rows import measured
from wheelcheck.costs.published import published_wheel
from wheelcheck.errors import Unknown
from wheelcheck.index.interface import Index, Wheel

_START = {"pip": (0.7, 0.1, 0.1), "uv": (0.02, 0.005, 0.05)}
"""Seconds a run, a wheel and a compressed megabyte: where the fits start."""


def _environments(measurements: Iterable[Path]) -> Iterator[tuple[list[str], str, float]]:
    """Build environments made of wheels alone: requirements, Python, reference seconds."""
    for row in measured(measurements):
        if row["env_ref_s"] and row["env_compiler_calls"] == "0" and row["requires"]:
            python = row["python"].rpartition(".")[0]
            yield row["requires"].split(), python, float(row["env_ref_s"])


def gather(measurements: Iterable[Path], index: Index, known: dict[str, int]) -> dict[str, int]:
    """Compressed bytes of the wheels in build environments, by ``numpy==2.5.5 3.12``."""
    for requires, python, _ in _environments(measurements):
        for text in requires:
            if f"{text} {python}" not in known:
                size = _wheel_bytes(text, python, index)
                if size is not None:
                    known[f"{text} {python}"] = size
    return dict(sorted(known.items()))


def _wheel_bytes(text: str, python: str, index: Index) -> int | None:
    name, _, version = text.partition("==")
    project = index.project(canonicalize_name(name))
    if isinstance(project, Unknown):
        return None
    files = project.files(Version(version))
    major, minor = map(int, python.split("."))
    pure = (file for file in files if isinstance(file, Wheel) and file.tag.endswith("-none-any"))
    wheel = next(pure, None) or published_wheel(files, (major, minor))
    return None if wheel is None else wheel.size


def fit(measurements: Iterable[Path], sizes: Path, installs: Path) -> dict[str, Any]:
    """Rates of each installer, and the factor that 80 % of what was measured keep within."""
    known = json.loads(sizes.read_text(encoding="utf-8"))
    rows: dict[str, list[tuple[float, float, float]]] = {"pip": [], "uv": []}
    for requires, python, seconds in _environments(measurements):
        found = [known.get(f"{text} {python}") for text in requires]
        if all(size is not None for size in found):
            rows["pip"].append((len(found), sum(size or 0 for size in found) / 1e6, seconds))
    with installs.open(newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            rows[row["installer"]].append(
                (float(row["wheels"]), float(row["bytes"]) / 1e6, float(row["cpu_ref_s"]))
            )
    return {tool: _rates(of, _START[tool]) for tool, of in rows.items()}


def _rates(rows: Iterable[tuple[float, float, float]], start: tuple[float, ...]) -> dict[str, Any]:
    table = np.array(list(rows))
    units = np.column_stack([np.ones(len(table)), table[:, 0], table[:, 1]])
    target = np.log(table[:, 2])
    logs = least_squares(
        lambda x: np.log(units @ np.exp(x)) - target, np.log(start), loss="soft_l1", f_scale=0.3
    ).x
    errors = np.abs(np.log(units @ np.exp(logs)) - target)
    run, wheel, megabyte = (float(f"{value:.3g}") for value in np.exp(logs))
    factor = max(1.2, math.exp(float(np.quantile(errors, 0.8))))
    return {"run": run, "wheel": wheel, "megabyte": megabyte, "factor": round(factor, 2)}
