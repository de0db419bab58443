"""What the model adds up for a build: the terms of CPU time and memory, with their coefficients.

`coefficients.json` has the fitted numbers; `data/builds/fit.py` writes it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from msgspec import Struct

from wheelcheck.costs.workload.features import BuildFeatures
from wheelcheck.costs.workload.hidden_work import DOCUMENTS, FETCHES
from wheelcheck.costs.workload.source_kinds import SourceKind
from wheelcheck.costs.workload.sources import Sources

__all__ = [
    "SHARPNESS",
    "WITHOUT_DEBUG",
    "Coefficients",
    "coefficients",
    "compiling_share",
    "cpu_terms",
    "memory_of",
    "memory_terms",
    "term_seconds",
]

_MB = 1e6
_THOUSAND = 1e3
_HUNDRED = 1e2
_PACKERS = {
    "setuptools": "pure", "poetry": "pure_poetry", "uv_build": "pure_uv", "mesonpy": "pure_meson",
    "flit_core": "pure_flit",
}  # fmt: skip
"""Backends that pack a wheel of Python alone, by what they cost; the others are alike.

Meson's looks for the compilers that a project names, also where nothing is compiled.
"""
WITHOUT_DEBUG = frozenset({"meson", "native"})
"""Kinds of backends that do not hand Python's own compiler flags, and their ``-g``, on."""
_UNOPTIMISED = 0.27
"""Seconds a megabyte without ``-O`` ÷ those with ``-O3``: C 1.7 and 6.9, C++ by Cython 1.1 and 4.3
(medians of `data/builds/translation_units.csv.gz` and of later builds)."""
_BASES = {"meson": "base_meson", "native": "base_cmake"}
"""What a build takes before it compiles anything: Meson and CMake look around first."""
_COMPILED = ("c_", "generated_", "cpp_", "binding_", "nanobind_", "swig_mb", "swig_templates")
_LARGE_C = 20_000
"""Statements of a C file from which on compilers need no more memory: files of 20,000 to 60,000
(zstd.c, quickjs.c, pcre2, sqlite3.c) took 260 to 520 MB."""
SHARPNESS = 6
"""The power by which the dearest of several kinds of source stands out."""


class Coefficients(Struct, frozen=True):
    """The fitted numbers; `figures` say how well they do (see `data/builds/fit.md`).

    `cpu` and `memory` map a term to seconds or bytes a unit, `beside` has the bytes of the backend
    while compilers run, with Cython within it and without. `published` has the seconds for a
    megabyte of compiled modules, ``stripped`` and ``debug``, with the ``limit`` of the correction,
    its weight by kind of work, and the power of it by which memory grows; `size` the factors from
    published or compiled to built; `spread` the 10 % and 90 % points of measured ÷ modelled by
    quantity and class of evidence, where a family was left out; `unseen` the powers to which these
    are raised, by quantity and size of the build, to hold on builds that were chosen by others and
    judged once.
    `reach` is the most seconds of each kind of source among the measured builds, and ``doubt`` the
    logarithm of the factor that one unit of distance beyond it (`costs.reach`) adds.
    """

    cpu: Mapping[str, float]
    memory: Mapping[str, float]
    beside: Mapping[str, float]
    published: Mapping[str, float]
    size: Mapping[str, float]
    serial: Mapping[str, float]
    spread: Mapping[str, Mapping[str, tuple[float, float]]]
    unseen: Mapping[str, Mapping[str, tuple[float, float]]]
    reach: Mapping[str, float]
    figures: Mapping[str, Any]


@cache
def coefficients() -> Coefficients:
    """The coefficients that are shipped."""
    text = files("wheelcheck.costs").joinpath("coefficients.json").read_text(encoding="utf-8")
    return Coefficients(**json.loads(text))


def cpu_terms(features: BuildFeatures) -> dict[str, float]:
    """What CPU time is the sum of: files, thousands of statements, megabytes. Only what is not 0.

    C++ that binds costs what other C++ does, and ``binding…`` or ``nanobind…`` on top.
    """
    if not features.compiles:
        return {
            _PACKERS.get(features.packer, "pure_described"): 1.0,
            **_packed(features),
            **_other_programs(features),
            **_imports(features),
        }
    c, generated = features.of(SourceKind.C), features.of(SourceKind.GENERATED_C)
    cython, binding = features.of(SourceKind.CYTHON), features.of(SourceKind.BINDING)
    cpp, swig = (features.of(SourceKind.CPP), binding), features.of(SourceKind.SWIG)
    found = {
        _BASES.get(features.backend, "base"): 1.0,
        "c_files": c.files,
        "c_statements": c.statements / _THOUSAND,
        "c_header_mb": c.header_bytes / _MB,
        "c_near_code": c.near_code / _THOUSAND,
        "c_sole_code": c.sole_code / _THOUSAND,
        "generated_files": generated.files,
        "generated_mb": generated.bytes / _MB,
        "generated_header_code": generated.header_code / _THOUSAND,
        "generated_standard": generated.standard,
        "cython_files": cython.files,
        "cython_views": cython.views,
        "cython_numpy": cython.numpy,
        "cython_lines": cython.statements / _THOUSAND,
        "translated": float(features.translated > 0),
        "translated_files": features.translated,
        "translated_lines": features.translated_statements / _THOUSAND,
        "cpp_files": sum(each.files for each in cpp),
        "cpp_statements": sum(each.statements for each in cpp) / _THOUSAND,
        "cpp_near_code": sum(each.near_code for each in cpp) / _THOUSAND,
        "cpp_sole_code": sum(each.sole_code for each in cpp) / _THOUSAND,
        "cpp_header_statements": sum(each.header_statements for each in cpp) / _THOUSAND,
        "cpp_standard": sum(each.standard for each in cpp),
        "cpp_templates": features.of(SourceKind.CPP).templates,
        "c_vectors": sum(each.vectors for each in (c, generated, *cpp)),
        **_binding_terms(binding, "nanobind" if features.nanobind else "binding"),
        "swig_files": swig.files,
        "swig_mb": (swig.bytes + swig.header_bytes) / _MB,
        "swig_templates": swig.templates,
        "mypyc": float(features.of(SourceKind.MYPYC).files > 0),
        "mypyc_mb": features.of(SourceKind.MYPYC).bytes / _MB,
        "cython_copied": cython.copied / _THOUSAND,
        "cython_header_code": cython.header_code / _THOUSAND,
        "cython_standard": cython.standard,
        "cython_instances": cython.instances / _HUNDRED,
        "binding_bound": 0.0 if features.nanobind else binding.bound / _HUNDRED,
        "sip_mb": features.of(SourceKind.SIP).bytes / _MB,
        "wrapped_fortran": features.wrapped_fortran,
        "pythran": features.pythran,
        "fetched": float(FETCHES in features.hidden and features.wheel is None),
        "archived_mb": features.archived_bytes / _MB,
        "fortran_mb": features.of(SourceKind.FORTRAN).bytes / _MB,
        "assembly_mb": features.of(SourceKind.ASSEMBLY).bytes / _MB,
        "rust_mb": features.of(SourceKind.RUST).bytes / _MB,
        "configure": float(features.configure_bytes > 0),
        "configure_mb": features.configure_bytes / _MB,
        "configure_written": float(features.writes_configure),
        "configured_files": features.configured_files,
        "cffi": float(features.cffi),
        "cffi_mb": features.cffi_bytes / _MB if features.cffi else 0.0,
        "nanobind": float(features.nanobind),
        "pure_scm": float(features.scm),
        **_packed(features),
        **_other_programs(features),
    }
    share = compiling_share(features)
    return {
        name: value * (share if name.startswith(_COMPILED) else 1.0)
        for name, value in found.items()
        if value
    }


def _packed(features: BuildFeatures) -> dict[str, float]:
    """What is copied into the wheel and compressed, and messages that are compiled before."""
    messages = {"message_mb": features.message_bytes / _MB} if features.message_bytes else {}
    return {
        **messages,
        "packed_files": features.installed_files / _HUNDRED,
        "packed_mb": features.installed_bytes / _MB,
    }


def _read_whole(features: BuildFeatures) -> dict[str, float]:
    """Megabytes of the largest file of a wheel that setuptools packs: it reads each as a whole."""
    if features.packer != "setuptools" or not features.largest_installed:
        return {}
    return {"pure_packed_mb": features.largest_installed / _MB}


def _imports(features: BuildFeatures) -> dict[str, float]:
    """What takes long to import, where nothing is compiled: modules, and setuptools_scm."""
    found = {"pure_imports": float(features.slow_imports), "pure_scm": float(features.scm)}
    return {name: value for name, value in found.items() if value}


def _other_programs(features: BuildFeatures) -> dict[str, float]:
    """What runs whether extension modules are compiled or not.

    Java's compiler and archiver, which take long to start, by what they compile; Sphinx.
    """
    found = {}
    if features.java_bytes:
        found = {"java": 1.0, "java_mb": features.java_bytes / _MB}
    return {**found, "documents": 1.0} if DOCUMENTS in features.hidden else found


def _binding_terms(binding: Sources, name: str) -> dict[str, float]:
    return {
        f"{name}_files": binding.files,
        f"{name}_statements": binding.statements / _THOUSAND,
        f"{name}_header_code": binding.header_code / _THOUSAND,
        f"{name}_templates": binding.templates,
    }


def compiling_share(features: BuildFeatures) -> float:
    """How long compilers take, as a share of what they take where they optimise."""
    return 1.0 if features.optimised else _UNOPTIMISED


def memory_terms(features: BuildFeatures) -> dict[str, float]:
    """What the largest process may be: the heaviest file of each kind of source.

    The terms of one kind, which their names begin with, are summed.
    """
    others = _other_programs(features)
    if not features.compiles:
        return {
            _PACKERS.get(features.packer, "pure_described"): 1.0,
            **_read_whole(features),
            **_imports(features),
            **others,
        }
    found = {"base": 1.0, "cffi": float(features.cffi), **others}
    if features.of(SourceKind.FORTRAN).files:
        found["fortran_wrapped"] = float(features.wrapped_fortran > 0)
    if features.pythran:
        found["pythran"] = 1.0
    for kind, usual in _MEMORY_KINDS.items():
        unit = features.of(kind).heaviest
        if not features.of(kind).files:
            continue
        name = "nanobind" if kind is SourceKind.BINDING and features.nanobind else usual
        statements = min(unit.statements, _LARGE_C) if kind is SourceKind.C else unit.statements
        found |= {
            name: 1.0,
            f"{name}_statements": statements / _THOUSAND,
            f"{name}_header_mb": unit.header_bytes / _MB,
            f"{name}_header_code": unit.header_code / _THOUSAND,
            f"{name}_standard": unit.standard,
            f"{name}_mb": unit.bytes / _MB,
            f"{name}_lines": unit.statements / _THOUSAND,
            f"{name}_views": unit.views,
            f"{name}_numpy": unit.numpy,
            f"{name}_templates": unit.templates,
            f"{name}_vectors": unit.vectors,
            f"{name}_sole_code": unit.sole_code / _THOUSAND,
            f"{name}_copied": unit.copied / _THOUSAND,
            f"{name}_instances": unit.instances / _HUNDRED,
            f"{name}_bound": unit.bound / _HUNDRED,
        }
    return {name: value for name, value in found.items() if value and name in _MEMORY_TERMS}


_MEMORY_KINDS = {
    SourceKind.C: "c",
    SourceKind.GENERATED_C: "generated",
    SourceKind.CYTHON: "cython",
    SourceKind.CPP: "cpp",
    SourceKind.BINDING: "binding",
    SourceKind.FORTRAN: "fortran",
    SourceKind.RUST: "rust",
    SourceKind.SWIG: "swig",
    SourceKind.SIP: "sip",
    SourceKind.MYPYC: "mypyc",
}
_MEMORY_TERMS = frozenset(
    {
        *("base", "cffi", "documents", "fortran_wrapped", "java", "java_mb", "pythran"),
        *("c", "c_statements", "c_header_mb", "c_sole_code", "c_vectors", "cpp_vectors"),
        *("generated", "generated_mb", "generated_header_code", "generated_standard"),
        *("cython", "cython_lines", "cython_views", "cython_numpy", "cython_copied"),
        *("cython_header_code", "cython_standard", "cython_instances"),
        *("cpp", "cpp_statements", "cpp_header_mb", "cpp_standard"),
        *("binding", "binding_statements", "binding_header_code", "binding_standard"),
        *(
            "binding_templates",
            "binding_bound",
            "nanobind",
            "nanobind_statements",
            "nanobind_header_code",
        ),
        *("nanobind_standard", "nanobind_templates", "cpp_templates"),
        *("fortran", "fortran_mb", "rust", "swig", "swig_templates", "sip", "mypyc", "mypyc_mb"),
    }
)


def memory_of(terms: Mapping[str, float]) -> float:
    """Bytes of the largest process, from bytes by term: the dearest kind of source.

    Where two kinds are near each other, either may have the larger file: a little is added.
    """
    kinds: dict[str, float] = {}
    for name, value in terms.items():
        kind = name.partition("_")[0]
        kinds[kind] = kinds.get(kind, 0.0) + value
    return float(sum(value**SHARPNESS for value in kinds.values()) ** (1 / SHARPNESS))


def term_seconds(features: BuildFeatures, cpu: Mapping[str, float]) -> dict[str, float]:
    """Reference seconds by term, with the coefficients `cpu`."""
    return {name: cpu[name] * value for name, value in cpu_terms(features).items()}
