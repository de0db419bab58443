"""Turns what was measured into columns of the two tables."""

from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from measuring import compilers, machine, processes, table, wheels

# A row is noisy when the reference compile's time changed by this factor over the build,
_UNLIKE = 1.5
_DRIFT = 1.15
# or when others kept more than this many cores busy meanwhile.
_OTHERS = 0.5


def in_reference_seconds(row: dict[str, Any], before: float, after: float) -> dict[str, Any]:
    """The CPU times by the reference compile of this hour, and whether that hour was noisy.

    Where the two compiles differ widely, the quicker one counts: one of 17 CPU seconds beside one
    of 4 had read the compiler from a cold disk.
    """
    drift = max(before, after) / min(before, after)
    usual = min(before, after) if drift > _UNLIKE else (before + after) / 2
    scale = machine.REFERENCE_NOMINAL_S / usual
    return {
        **{
            f"{phase}_ref_s": round(float(row[f"{phase}_cpu_s"]) * scale, 2)
            for phase in ("env", "hook", "build")
            if f"{phase}_cpu_s" in row
        },
        "reference_before_s": round(before, 3),
        "reference_after_s": round(after, 3),
        "noisy": int(drift > _DRIFT or row.get("others_cores", 0.0) > _OTHERS),
    }


def of_usage(phase: str, usage: processes.Usage) -> dict[str, Any]:
    """What one phase used; of the build proper also its memory."""
    columns: dict[str, Any] = {
        f"{phase}_cpu_s": round(usage.cpu, 2),
        f"{phase}_wall_s": round(usage.wall, 2),
    }
    if phase == "env":
        columns["env_peak_tree_bytes"] = usage.peak_tree
    if phase == "build":
        columns |= {
            "cpu_per_wall": round(usage.cpu / usage.wall, 2),
            "peak_tree_bytes": max(usage.peak_tree, usage.peak_process),
            "peak_process_bytes": usage.peak_process,
            "peak_processes": usage.peak_processes,
        }
    return columns


def of_wheel(wheel: Path) -> dict[str, Any]:
    """Sizes of the wheel."""
    size = wheels.weigh(wheel)
    return {
        "wheel": wheel.name,
        "wheel_bytes": size.wheel,
        "wheel_unpacked_bytes": size.unpacked,
        "extensions": size.extensions,
        "extension_bytes": size.extension_bytes,
        "extension_stripped_bytes": size.extension_stripped_bytes,
    }


def of_calls(calls: list[compilers.Call]) -> dict[str, Any]:
    """Sums over the compiler calls by kind of source."""
    sums: defaultdict[str, float] = defaultdict(float)
    for call in calls:
        kind = _column_prefix(call)
        sums["compiler_cpu_s"] += call.cpu
        sums[f"{kind}_files"] += 1
        sums[f"{kind}_lines"] += call.lines
        sums[f"{kind}_bytes"] += call.size
        sums[f"{kind}_cpu_s"] += call.cpu
    sums["links"], sums["probes"] = sums.pop("link_files", 0), sums.pop("probe_files", 0)
    return {
        name: round(sums[name], 2) if name.endswith("_s") else int(sums[name])
        for name in table.SOURCE_COLUMNS
    }


def _column_prefix(call: compilers.Call) -> str:
    kind = "cxx" if call.language == "c++" else call.language
    return f"cython_{kind}" if "cython" in call.marks else kind


def of_translation(calls: list[compilers.Call], pyx: dict[str, bytes]) -> dict[str, Any]:
    """The .pyx files (stem → text) that this build translated: their C or C++ is not as shipped."""
    written = {
        Path(call.source).name.split(".")[0]
        for call in calls
        if "cython" in call.marks and not call.shipped
    }
    used = [text for stem, text in pyx.items() if stem in written]
    return {
        "pyx_files": len(used),
        "pyx_lines": sum(text.count(b"\n") for text in used),
        "pyx_bytes": sum(map(len, used)),
        "pyx_cpu_s": round(sum(call.cpu for call in calls if call.language == "cython"), 2),
    }


def of_compiles(row: dict[str, Any], calls: list[compilers.Call]) -> Iterator[list[Any]]:
    """The rows of the table of compiler calls: those that compiled a source."""
    prefix = [row[column] for column in table.CALL_COLUMNS[:5]]
    for call in calls:
        if call.language not in ("probe", "query", "link"):
            yield [
                *prefix,
                *(call.tool, call.language, call.source, int(call.shipped), call.lines, call.size),
                *(call.marks, call.options, round(call.cpu, 3), call.peak >> 20, call.exit_status),
            ]
