"""The fits: non-negative sums for CPU time, the dearest file for memory, and their spread.

Every function takes the rows to learn from, so that the same code serves the fit that is shipped
and those that leave a family out.
"""

import hashlib
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from msgspec import structs
from scipy import stats
from scipy.optimize import least_squares

from fitting.rows import Row
from wheelcheck.costs import cost_terms, intervals, modelled, wheel_reading
from wheelcheck.costs.cost_terms import Coefficients
from wheelcheck.costs.quantity import Quantity
from wheelcheck.costs.reach import reach
from wheelcheck.costs.workload.features import BuildFeatures
from wheelcheck.costs.workload.source_kinds import SourceKind

CPU_PRIOR = {
    "pure": 0.3, "pure_described": 0.2, "pure_poetry": 0.2, "pure_uv": 0.05, "pure_meson": 0.9,
    "pure_imports": 0.4, "pure_scm": 0.1, "pure_flit": 0.1,
    "packed_mb": 0.05, "packed_files": 0.1, "message_mb": 0.1,
    "base": 0.4, "base_meson": 1.0, "base_cmake": 1.0,
    "c_files": 0.04, "c_statements": 0.5, "c_header_mb": 0.04, "c_near_code": 0.05,
    "c_sole_code": 0.2, "c_vectors": 0.3,
    "generated_files": 0.05, "generated_mb": 3.7, "generated_header_code": 0.3,
    "generated_standard": 0.1, "cython_files": 1.0, "cython_views": 3.0,
    "cython_numpy": 1.0, "cython_lines": 8.0, "cython_copied": 2.0, "cython_header_code": 0.3,
    "cython_standard": 0.06, "cython_instances": 5.0,
    "translated": 0.5, "translated_files": 0.3, "translated_lines": 2.0,
    "cpp_files": 0.03, "cpp_statements": 0.8, "cpp_near_code": 0.4, "cpp_standard": 0.04,
    "cpp_header_statements": 0.02, "cpp_templates": 1.0, "cpp_sole_code": 0.5,
    "swig_files": 1.4, "swig_mb": 8.0, "swig_templates": 6.0,
    "binding_files": 5.0, "binding_statements": 2.0, "binding_header_code": 1.2,
    "binding_templates": 5.0, "binding_bound": 5.0, "nanobind_files": 1.5,
    "nanobind_statements": 1.5, "nanobind_header_code": 0.5, "nanobind_templates": 2.0,
    "wrapped_fortran": 1.0, "pythran": 12.0, "fetched": 6.0, "documents": 6.0,
    "archived_mb": 10.0, "fortran_mb": 6.0, "assembly_mb": 1.0, "rust_mb": 1.5,
    "configure": 2.0, "configure_mb": 3.0,
    "configure_written": 4.0, "configured_files": 0.15, "cffi": 0.2, "cffi_mb": 40.0,
    "nanobind": 10.0, "sip_mb": 800.0, "mypyc": 2.5, "mypyc_mb": 300.0,
    "java": 1.5, "java_mb": 14.0,
}  # fmt: skip
"""Seconds a unit by the compiler calls alone (translation_units.csv.gz): where a fit starts, and
what it keeps to where few rows speak. Java's are of JDK 17.0.15, whose javac takes 0.8 s for an
empty class and 2.9 s for the 191 kB of jep 4.3.2, and of the archiver beside it. That of archives
of sources is an estimate: no measured build unpacks one."""
MEMORY_PRIOR = {
    "pure": 30e6, "pure_described": 26e6, "pure_poetry": 40e6, "pure_uv": 16e6, "pure_meson": 46e6,
    "base": 50e6, "cffi": 60e6, "c": 37e6, "c_statements": 23e6, "c_header_mb": 9e6,
    "c_sole_code": 20e6, "c_vectors": 70e6,
    "generated": 48e6, "generated_mb": 134e6, "generated_header_code": 50e6,
    "generated_standard": 5e6, "cython": 100e6, "cython_lines": 100e6,
    "cython_views": 100e6, "cython_numpy": 30e6, "cython_copied": 20e6,
    "cython_header_code": 10e6, "cython_standard": 5e6, "cython_instances": 100e6,
    "cpp": 41e6, "cpp_statements": 64e6, "cpp_header_mb": 10e6, "cpp_standard": 4.7e6,
    "cpp_vectors": 70e6,
    "binding": 250e6, "binding_statements": 500e6, "binding_header_code": 300e6,
    "binding_standard": 5e6, "binding_templates": 200e6, "binding_bound": 200e6,
    "cpp_templates": 100e6,
    "nanobind": 200e6, "nanobind_statements": 300e6, "nanobind_header_code": 100e6,
    "nanobind_standard": 5e6, "nanobind_templates": 200e6,
    "documents": 250e6, "pythran": 700e6,
    "fortran": 40e6, "fortran_mb": 200e6, "fortran_wrapped": 50e6, "rust": 250e6, "swig": 130e6,
    "swig_templates": 240e6,
    "sip": 250e6, "mypyc": 100e6, "mypyc_mb": 1000e6, "java": 75e6, "java_mb": 300e6,
    "pure_packed_mb": 1.7e6, "pure_imports": 17e6, "pure_scm": 3e6, "pure_flit": 24e6,
}  # fmt: skip
"""Bytes a unit, likewise. `pure_packed_mb` is what Python's zipfile holds of the largest file: 61
MB for a library of 37 MB that compresses to 13."""
SIZE_PRIOR = {
    "debug_module": 15e3, "debug_c": 250e3, "debug_cython": 250e3, "debug_cpp": 250e3,
    "debug_binding": 400e3, "plain_module": 15e3, "plain_c": 45e3, "plain_cython": 45e3,
    "plain_cpp": 45e3, "plain_binding": 45e3,
}  # fmt: skip
"""Bytes of a module and of a second of compiling, with debug information and without."""
PULL = 0.35
"""How strongly the priors pull, against a row's logarithmic error."""
JOBS = 3
"""What ninja runs at once on the two cores of the measured builds."""
GROUPS = 16
"""Families are left out in so many groups, which a hash of their names forms."""
WEIGHTS = (0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9)
"""What is tried for the published wheel against the sources, by kind of work."""
_LIMIT = 2.0
"""The logarithm of the factor between the two from which on the wheel counts no more."""
LIMITS = (20, 40, 80)
"""Reference seconds that end what a fit sees, to learn how it goes astray beyond."""
QUANTITIES = ("cpu", "memory", "size")
CLASSES = ("pure", "sources", "agreeing", "differing", "templates", "native", "hidden")
OTHER_CLASSES = ("published", "listed")
"""How the bytes are known that are not compiled: by a wheel, or by the files of the sdist."""

KINDS = ("pure", "small", "large", "parallel", "hidden")
"""Builds that differ in how far estimates of unseen builds go astray (`intervals.build_kind`)."""
AS_SEEN = {quantity: dict.fromkeys(KINDS, (1.0, 1.0)) for quantity in QUANTITIES}
"""Powers that leave intervals as they are where families are left out."""

_Read = tuple[BuildFeatures, float, wheel_reading.PublishedReading, float]
"""What is built, seconds by the sources, what the published wheel tells beside them, and seconds
measured."""
Spread = dict[str, dict[str, tuple[float, float]]]
"""Factors at the 10 % and the 90 % point, by quantity and class of evidence."""


@dataclass(frozen=True)
class Missed:
    """One row, what a model that had not seen its family said, and the class of its evidence."""

    row: Row
    group: str
    truth: Mapping[str, float]
    answers: Mapping[str, float]
    beyond: float

    def error(self, quantity: str) -> float:
        """The logarithm of measured ÷ modelled."""
        return math.log(self.truth[quantity] / self.answers[quantity])


def fit(rows: Sequence[Row]) -> Coefficients:
    """All coefficients from some rows; the spread is left empty.

    Which builds compile more than their scripts list is only known by a first fit.
    """
    first = _fit(rows)
    settled = [replace(row, features=modelled.settled(row.features, first)) for row in rows]
    return _fit(settled)


def _fit(rows: Sequence[Row]) -> Coefficients:
    cpu = _positive(
        [cost_terms.cpu_terms(row.features) for row in rows],
        [row.cpu for row in rows],
        CPU_PRIOR,
        _sum,
    )
    covered = reach(cost_terms.term_seconds(row.features, cpu) for row in rows)
    table = Coefficients(cpu, {}, _beside(rows), {}, {}, {}, {}, {}, covered, {})
    table = structs.replace(table, published=_published(rows, table), serial=_serial(rows, table))
    table = structs.replace(table, memory=_memory(rows, table), size=_size(rows, table))
    power = _memory_power(rows, table)
    return structs.replace(table, published={**table.published, "memory_power": power})


def _memory_power(rows: Sequence[Row], table: Coefficients) -> float:
    """The power of "the wheel says so many times longer than the sources" by which memory grows."""
    table = structs.replace(table, published={**table.published, "memory_power": 0.0})
    longer, more = [], []
    for row in rows:
        seconds = modelled.source_seconds(row.features, table)
        reading = wheel_reading.read_published(row.features, seconds, table)
        if reading is not None and reading.work in modelled.MEMORY_FOLLOWS:
            miss = say(row, table)
            if "memory" in miss.truth:
                longer.append(math.log(miss.answers["cpu"] / miss.answers["sources_only"]))
                more.append(max(-_LIMIT, min(_LIMIT, miss.error("memory"))))
    slope = float(np.dot(longer, more) / np.dot(longer, longer))
    return min(1.0, max(0.0, slope))


def _memory(rows: Sequence[Row], table: Coefficients) -> dict[str, float]:
    """Bytes by term, from all processes together where one file is compiled after another."""
    memory_rows = [
        (row, memory)
        for row in rows
        if row.hook < row.cpu / 2  # hooks were not sampled
        for memory in (_measured_memory(row, table),)
    ]
    beside = np.array(
        [
            0.0 if _is_parallel(row) else modelled.beside_backend(row.features, row.cpu, table)
            for row, _ in memory_rows
        ]
    )
    return _positive(
        [cost_terms.memory_terms(row.features) for row, _ in memory_rows],
        [memory for _, memory in memory_rows],
        MEMORY_PRIOR,
        lambda parts: _dearest_kind(parts, beside),
    )


def _is_parallel(row: Row) -> bool:
    return row.features.parallel and row.features.compiles


def _measured_memory(row: Row, table: Coefficients) -> float:
    """What a row tells of memory: the largest process where several run at once.

    Where only the sum of all was written down, its usual share of that.
    """
    if not _is_parallel(row):
        return row.peak_tree
    return row.peak_process or row.peak_tree / _at_once(row.features, table)


def _at_once(features: BuildFeatures, table: Coefficients) -> float:
    """The memory of all compilers together ÷ that of the largest."""
    return 1 + table.serial["concurrent"] * (_jobs(features, table) - 1)


def _jobs(features: BuildFeatures, table: Coefficients) -> float:
    """How many compilers are at work beside each other where memory is at its peak."""
    return min(JOBS, modelled.filled_jobs(features, table))


def _beside(rows: Sequence[Row]) -> dict[str, float]:
    """What all processes hold beyond the largest where one file is compiled after another."""
    more: dict[str, list[float]] = {"backend": [], "cython": []}
    for row in rows:
        features = row.features
        if row.peak_process is None:
            continue
        if features.compiles and not features.parallel and row.hook < row.cpu / 2:
            within = features.backend == "setuptools" and features.of(SourceKind.CYTHON).files
            more["cython" if within else "backend"].append(row.peak_tree - row.peak_process)
    return {name: float(np.median(values)) for name, values in more.items()}


def _sum(parts: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The sum of the parts, and how fast it grows with each."""
    return parts.sum(axis=1), np.ones_like(parts)


def _dearest_kind(parts: np.ndarray, beside: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """`cost_terms.memory_of` for many rows at once, and how fast it grows with each part."""
    kinds = [name.partition("_")[0] for name in MEMORY_PRIOR]
    distinct = list(dict.fromkeys(kinds))
    among = np.array([[kind == other for other in distinct] for kind in kinds], dtype=float)
    sums, sharp = parts @ among, cost_terms.SHARPNESS
    largest = (sums**sharp).sum(axis=1) ** (1 / sharp)
    slopes = (sums / largest[:, None]) ** (sharp - 1)
    return largest + beside, slopes @ among.T


def _positive(
    terms: Sequence[Mapping[str, float]],
    truth: Sequence[float],
    prior: Mapping[str, float],
    combine: Callable[[np.ndarray], tuple[np.ndarray, np.ndarray]],
) -> dict[str, float]:
    """Positive coefficients with the least logarithmic error, outliers counting less.

    `combine` gives what parts make together, and how fast it grows with each of them.
    """
    names = list(prior)
    units = np.array([[units_of_row.get(name, 0.0) for name in names] for units_of_row in terms])
    start = np.log([prior[name] for name in names])
    target = np.log(truth)

    def missed(logs: np.ndarray) -> np.ndarray:
        answer, _ = combine(units * np.exp(logs))
        return np.concatenate([np.log(answer) - target, PULL * (logs - start)])

    def slopes(logs: np.ndarray) -> np.ndarray:
        parts = units * np.exp(logs)
        answer, growth = combine(parts)
        return np.vstack([parts * growth / answer[:, None], PULL * np.eye(len(logs))])

    found = least_squares(missed, start, jac=slopes, loss="soft_l1", f_scale=0.5).x
    return {name: float(value) for name, value in zip(names, np.exp(found), strict=True)}


def _published(rows: Sequence[Row], table: Coefficients) -> dict[str, float]:
    """What a megabyte of published modules tells, and the weights of it that miss least."""
    known = [row for row in rows if row.features.wheel and row.stripped and row.features.compiles]
    table = structs.replace(table, published={**_rates(known), "limit": _LIMIT})
    by_work: dict[str, list[_Read]] = {work: [] for work in wheel_reading.WORK_KINDS}
    for row in rows:
        seconds = modelled.source_seconds(row.features, table)
        reading = wheel_reading.read_published(row.features, seconds, table)
        if reading and reading.work in by_work:
            by_work[reading.work].append((row.features, seconds, reading, row.cpu))
    weights = {f"weight_{work}": _weight(work, read, table) for work, read in by_work.items()}
    return {**table.published, **weights}


def _weight(work: str, read: Sequence[_Read], table: Coefficients) -> float:
    """The weight of the published wheel in builds of a kind of work that misses least."""

    def missed(weight: float) -> float:
        tried = structs.replace(table, published={**table.published, f"weight_{work}": weight})
        logs = [
            math.log(wheel_reading.corrected_seconds(features, seconds, reading, tried) / cpu)
            for features, seconds, reading, cpu in read
        ]
        return float(np.mean(np.minimum(2.0, np.abs(logs))))

    return min(WEIGHTS, key=missed)


def _rates(rows: Sequence[Row]) -> dict[str, float]:
    """Median seconds a megabyte, stripped and not; the build here says which wheels are."""
    rates: dict[str, list[float]] = {"stripped": [], "debug": []}
    for row in rows:
        ratio = _wheel_bytes(row) / row.stripped
        if ratio < 1.5 or 2.2 < ratio < 15:  # others hold what this build does not make
            seconds = max(0.05, row.cpu - 0.3)
            rates["stripped" if ratio < 1.5 else "debug"].append(seconds * 1e6 / _wheel_bytes(row))
    return {name: float(np.median(of)) for name, of in rates.items()} | {"base": 0.3}


def _wheel_bytes(row: Row) -> int:
    return row.features.wheel.extension_bytes if row.features.wheel else 0


def _size(rows: Sequence[Row], table: Coefficients) -> dict[str, float]:
    """Factors from published to built size, and bytes a second where nothing is published."""
    ratios: dict[str, list[float]] = {
        "debug_from_debug": [], "debug_from_stripped": [], "plain": [], "listed": [],
    }  # fmt: skip
    for row in rows:
        if row.other and not row.features.wheel:
            ratios["listed"].append(row.other / row.features.installed_bytes)
        if not row.extension or not _wheel_bytes(row):
            continue
        by_sources = modelled.source_seconds(row.features, table)
        reading = wheel_reading.read_published(row.features, by_sources, table)
        ratio = row.extension / _wheel_bytes(row)
        if not wheel_reading.passes_debug(row.features):
            ratios["plain"].append(ratio)
        elif reading is not None:
            ratios["debug_from_debug" if reading.debug else "debug_from_stripped"].append(ratio)
    made = [row for row in rows if row.extension]
    by_kind = _positive(
        [modelled.size_terms(row.features, row.cpu, table) for row in made],
        [row.extension for row in made],
        SIZE_PRIOR,
        _sum,
    )
    return {key: float(np.median(values)) for key, values in ratios.items()} | by_kind


def _serial(rows: Sequence[Row], table: Coefficients) -> dict[str, float]:
    """Serial seconds as a power of all seconds, and memory that one more job adds."""
    parallel = [row for row in rows if row.features.parallel and row.features.compiles]
    shared = [row for row in parallel if row.serial_share is not None]
    seconds = np.array([row.cpu for row in shared])
    serial = np.array([max(0.02, row.serial_share or 0.0) for row in shared]) * seconds
    power, factor = np.polyfit(np.log(seconds), np.log(serial), 1)
    more = [
        (row.peak_tree / row.peak_process - 1) / (jobs - 1)
        for row in parallel
        for jobs in (_jobs(row.features, table),)
        if jobs > JOBS / 2 and row.peak_process
    ]
    return {
        "factor": float(np.exp(factor)),
        "power": float(power),
        "concurrent": float(np.median(more)),
    }


def say(row: Row, table: Coefficients) -> Missed:
    """What some coefficients say of one row."""
    features, by_sources, reading, seconds, group = modelled.read_build(row.features, table)
    beside = modelled.beside_backend(features, seconds, table)
    parallel = _is_parallel(row)
    truth = {
        "cpu": row.cpu,
        "memory": _measured_memory(row, table),
        "size": float(row.extension),
        "other": float(row.other),
    }
    process = modelled.largest_process(features, seconds, reading, table)
    answers = {
        "cpu": seconds,
        "memory": process if parallel else process + beside,
        "size": modelled.extension_size(features, seconds, reading, table),
        "other": modelled.other_size(features, table),
    }
    share = modelled.serial_share(features, seconds, table)
    if row.serial_share is not None:
        truth["wall"] = row.cpu * (row.serial_share + (1 - row.serial_share) / 2)
        answers["wall"] = seconds * (share + (1 - share) / 2)
    if parallel:
        truth["all_memory"] = row.peak_tree
        answers["all_memory"] = process * _at_once(features, table) + beside
    for quantity in ("size", "other"):
        if not (truth[quantity] and answers[quantity]):
            del truth[quantity], answers[quantity]
    if row.hook > row.cpu / 2:
        del truth["memory"], answers["memory"]
    truth["sources_only"], answers["sources_only"] = row.cpu, by_sources
    return Missed(row, group, truth, answers, modelled.beyond_reach(features, table))


def leaving_out(rows: Sequence[Row]) -> list[Missed]:
    """What is said of every row by a model that has not seen its family, nor its group of them."""
    missed = []
    for group in range(GROUPS):
        table = fit([row for row in rows if _group(row.family) != group])
        missed += [say(row, table) for row in rows if _group(row.family) == group]
    return missed


def _group(family: str) -> int:
    return hashlib.sha256(family.encode()).digest()[0] % GROUPS


def doubt_beyond(rows: Sequence[Row]) -> float:
    """How much a unit of distance beyond the measured builds adds to the logarithm of the error.

    Fits to the small builds alone are applied to the large builds. The priors have seen all of
    them, so that it is the tenth worst that counts and not the fifth.
    """
    found = []
    for limit in LIMITS:
        table = fit([row for row in rows if row.cpu < limit])
        large = [say(row, table) for row in rows if row.cpu >= limit]
        found += [abs(miss.error("cpu")) / miss.beyond for miss in large if miss.beyond > 1]
    return float(np.quantile(found, 0.9))


def interval(miss: Missed, quantity: str, table: Coefficients) -> tuple[float, float]:
    """Bounds of 80 % around what was said, as prediction sets them."""
    answer = miss.answers[quantity]
    features, seconds = miss.row.features, miss.answers["cpu"]
    low, high = intervals.bounds(quantity, features, miss.group, seconds, table)
    estimate = Quantity(answer, answer * low, answer * high, "modelled")
    wider = estimate.widened(math.exp(table.reach["doubt"] * miss.beyond))
    return wider.low, wider.high


def spread(missed: Iterable[Missed]) -> Spread:
    """The 10 % and 90 % points of measured ÷ modelled, by quantity and class.

    A class with few rows borrows from all of them.
    """
    missed = list(missed)
    found: Spread = {}
    for quantity in QUANTITIES:
        some = [miss for miss in missed if quantity in miss.truth]
        everything = [miss.error(quantity) for miss in some]
        found[quantity] = {}
        for group in CLASSES:
            own = [miss.error(quantity) for miss in some if miss.group == group]
            found[quantity][group] = decile_factors(own, everything)
    found["other"] = {}
    for group in OTHER_CLASSES:
        own = [
            miss.error("other")
            for miss in missed
            if "other" in miss.truth and _other_class(miss) == group
        ]
        found["other"][group] = decile_factors(own, own)
    return found


def _other_class(miss: Missed) -> str:
    return "published" if miss.row.features.wheel else "listed"


def decile_factors(own: list[float], everything: list[float]) -> tuple[float, float]:
    """Factors at the 10 % and the 90 % point of some logarithmic errors, all the others helping.

    What few rows say of the next one is less certain than what they say of themselves: Student's
    distribution takes the place of the normal one.
    """
    errors = np.array(own + everything)
    weights = np.array([1.0] * len(own) + [12 / len(everything)] * len(everything))
    order = np.argsort(errors)
    share = (np.cumsum(weights[order]) - weights[order] / 2) / weights.sum()
    low, high = np.interp([0.1, 0.9], share, errors[order])
    few = max(2, len(own))
    wider = stats.t.ppf(0.9, few - 1) * math.sqrt(1 + 1 / few) / stats.norm.ppf(0.9)
    return min(1.0, float(np.exp(low * wider))), max(1.0, float(np.exp(high * wider)))


def covered(missed: Sequence[Missed], quantity: str, table: Coefficients) -> float:
    """Share of rows within an 80 % interval that was set without their group of families."""
    some = [miss for miss in missed if quantity in miss.truth]
    inside = 0
    for group in range(GROUPS):
        spread_ = spread(miss for miss in missed if _group(miss.row.family) != group)
        without = structs.replace(table, spread=spread_, unseen=AS_SEEN)
        for miss in some:
            if _group(miss.row.family) == group:
                low, high = interval(miss, quantity, without)
                inside += low <= miss.truth[quantity] <= high
    return inside / len(some)
