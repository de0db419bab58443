"""From an sdist's listing to the facts that source builds are judged by.

The interpreter of setup scripts is imported when there is one to read: often, all are wheels.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from msgspec import Struct, field, structs

from wheelcheck.builds.evidence.classification import EvidencePiece
from wheelcheck.builds.sdist.absent_modules import absent_modules
from wheelcheck.builds.sdist.build_files import read_cargo, read_cmake, read_gyp, read_meson
from wheelcheck.builds.sdist.build_system import (
    BuildSystem,
    backend_kind,
    command_modules,
    compiling_tools,
    declared_modules,
    read_build_system,
    read_setup_cfg,
    setup_cfg_requires,
)
from wheelcheck.builds.sdist.contents import SdistContents
from wheelcheck.builds.sdist.hook_settings import HookSettings, hook_settings
from wheelcheck.builds.sdist.own_backend import (
    asks_for,
    may_ask_for_more,
    own_backend_files,
    wrapped_kind,
)
from wheelcheck.builds.sdist.scikit_build import scikit_build_evidence
from wheelcheck.builds.sdist.source_files import SourceCount, is_aside
from wheelcheck.builds.setup_script.declaration import ExtensionModule, SetupScript
from wheelcheck.builds.setup_script.script_context import BuildSite, ScriptContext
from wheelcheck.index.archives.build_texts import sdist_texts as wanted

__all__ = ["SdistFacts", "read_sdist", "wanted"]

_SHOWN = 20
"""Extension modules that evidence lists by name; the rest is in the facts."""


class SdistFacts(Struct, frozen=True):
    """What was read of an sdist; paths count from its root.

    `kind` is that of the backend (`backend_kind`), looked through where the backend is part of
    the sdist. `script` is ``setup.py`` as read for one `BuildSite`; `build_scripts` are the
    scripts and hooks other backends run. `sources` counts what is outside tests and docs.
    `hook` is what settings have the backend ask for when it builds. `tables` are extension modules
    that pyproject.toml declares for setuptools.
    `context_keys` names the fields of the `BuildSite` that scripts read: for a site that answers
    alike to these (`BuildSite.answers_as`), the facts are the same.
    """

    system: BuildSystem
    kind: str
    sources: tuple[SourceCount, ...]
    generated_c: tuple[str, ...]
    script: SetupScript | None
    build_scripts: tuple[SetupScript, ...]
    evidence: tuple[EvidencePiece, ...]
    context_keys: frozenset[str]
    hook: HookSettings = field(default_factory=HookSettings)
    tables: tuple[ExtensionModule, ...] = ()

    @property
    def build_requires(self) -> tuple[str, ...]:
        """Build requires as stated, with those that the setup script adds for itself."""
        added = self.script.setup_requires if self.script is not None else ()
        return tuple(dict.fromkeys((*self.system.requires, *added)))

    @property
    def declaring(self) -> SetupScript | None:
        """The script with what pyproject.toml declares; the latter alone where there is no script.

        None where neither is there.
        """
        if not self.tables:
            return self.script
        script = self.script or SetupScript("pyproject.toml", calls_setup=True)
        return structs.replace(script, extensions=(*script.extensions, *self.tables))

    @property
    def scripts(self) -> tuple[SetupScript, ...]:
        """All that a build runs: ``setup.py`` first, then what other backends run."""
        own = (self.script,) if self.script is not None else ()
        return (*own, *self.build_scripts)

    @property
    def extensions(self) -> tuple[ExtensionModule, ...]:
        """The extension modules that the scripts declare."""
        return tuple(extension for script in self.scripts for extension in script.extensions)

    @property
    def own_backend(self) -> bool:
        """Whether the backend is code of the sdist itself."""
        return bool(self.system.backend_path) and backend_kind(self.system.backend) == "unknown"

    @property
    def native_files(self) -> int:
        """Sources in compiled languages outside tests, docs and examples."""
        return sum(count.files for count in self.sources)

    @property
    def leaves_all_to_cmake(self) -> bool:
        """Whether a setup script lists no source and has CMake compile what there is.

        scikit-build's scripts do, and those of extension modules without sources, or of a kind of
        their own (``CMakeExtension``), which may name a folder, beside a CMake project.
        """
        if self.kind != "setuptools" or self.script is None or not self.has("cmake-project"):
            return False
        runs_cmake = any(tool == "cmake" for _, tool in self.script.tools)
        if self.build_scripts and not self.script.extensions and not runs_cmake:
            return False  # a command of pyproject.toml compiles
        return all(
            extension.made_by == "skbuild"
            or extension.sources == ()
            or (runs_cmake and extension.made_by != "Extension" and not extension.names_files)
            for extension in self.script.extensions
        )

    def has(self, code: str) -> bool:
        """Whether some piece of evidence has this code."""
        return any(piece.code == code for piece in self.evidence)


def read_sdist(contents: SdistContents, site: BuildSite = BuildSite()) -> SdistFacts:  # noqa: B008 (frozen)
    """Read an sdist for one site. It should have the texts that `wanted` accepts."""
    sizes, texts = contents.sizes, contents.texts
    pyproject = texts.get("pyproject.toml")
    system, declared = read_build_system(pyproject)
    has_setup = "setup.py" in texts or "setup.py" in sizes
    kind = _kind(system, texts)
    around = ScriptContext(
        site=site,
        paths=contents.paths,
        directories=contents.directories,
        texts=texts,
        missing=absent_modules(system.required_names),
    )
    script = None
    if "setup.py" in texts and kind in {"setuptools", "unknown"}:
        script = _read_twice(texts["setup.py"], around, system)
    named = (*system.scripts, *_found_by_name(system, texts))
    hooks = tuple(_read_hooks(named, texts, around))
    sources, generated = contents.sources, contents.generated_c
    evidence = (
        *_about_backend(system, kind, has_setup=has_setup or pyproject is not None),
        *declared,
        *scikit_build_evidence(texts, around),
        *(read_setup_cfg(texts["setup.cfg"]) if "setup.cfg" in texts else ()),
        *_about_scripts(script, hooks),
        *_about_files(sizes, texts),
        *_about_sources(sources, generated),
    )
    hook = _hook_settings(system, texts, around)
    context_keys = frozenset(around.keys_read)
    return SdistFacts(
        system, kind, sources, generated, script, hooks, evidence, context_keys, hook,
        declared_modules(pyproject) if kind == "setuptools" else (),
    )  # fmt: skip


def _hook_settings(
    system: BuildSystem, texts: Mapping[str, str], around: ScriptContext
) -> HookSettings:
    """What the backend's hook asks for on top; a backend in the sdist decides that in its code."""
    found = hook_settings(system.backend, texts, around)
    if backend_kind(system.backend) != "unknown":
        return found  # a known backend, carried along
    own = [texts[path] for path in own_backend_files(system, texts)]
    requires = (*found.requires, *asks_for(own))
    return structs.replace(found, requires=requires, may_have_more=may_ask_for_more(own))


def _found_by_name(system: BuildSystem, texts: Mapping[str, str]) -> tuple[str, ...]:
    """Scripts that a backend runs where they are there, and code of a backend in the sdist."""
    if backend_kind(system.backend) == "pure" and system.backend.startswith("pdm"):
        return ("pdm_build.py",)
    if backend_kind(system.backend) == "unknown":
        return tuple(own_backend_files(system, texts))
    if backend_kind(system.backend) == "setuptools":
        return tuple(command_modules(texts))
    return ()


def _kind(system: BuildSystem, texts: Mapping[str, str]) -> str:
    """The backend's kind; of a backend inside the sdist, that of the backend it wraps."""
    kind = backend_kind(system.backend)
    if not system.backend_path or kind != "unknown":
        return kind
    for path in own_backend_files(system, texts):
        wrapped = wrapped_kind(texts[path])
        if wrapped:
            return wrapped
    return "unknown"


def _read_twice(text: str, around: ScriptContext, system: BuildSystem) -> SetupScript:
    """Read ``setup.py`` as setuptools' backend runs it.

    First for ``egg_info``, to learn its `setup_requires` (``setup.cfg`` fills in for it); then,
    with those installed, for the wheel. What it requires only then is never installed.
    """
    from wheelcheck.builds.setup_script.script_reader import read_setup_script

    configured = setup_cfg_requires(around.texts.get("setup.cfg", ""))
    if "setup_requires" not in text and not configured:
        return read_setup_script("setup.py", text, around)
    asking = replace(around, argv=("setup.py", "egg_info"))
    first = read_setup_script("setup.py", text, asking)
    hook_requires = first.setup_requires or configured
    grown = BuildSystem(requires=(*system.requires, *hook_requires))
    building = replace(around, missing=absent_modules(grown.required_names))
    return structs.replace(
        read_setup_script("setup.py", text, building),
        setup_requires=hook_requires,
        requires_unclear=first.requires_unclear,
    )


def _read_hooks(
    named: Iterable[str], texts: Mapping[str, str], around: ScriptContext
) -> Iterator[SetupScript]:
    """Build scripts and hooks, and the setup scripts that they start with ``build_ext``."""
    from wheelcheck.builds.setup_script.script_reader import read_build_script, read_setup_script

    started: dict[str, None] = {}
    for path in named:
        if path in texts:
            hook = read_build_script(path, texts[path], around)
            yield hook
            if not hook.tools_forgiven:
                started.update(dict.fromkeys(hook.scripts_run))
    for path in started:
        if path in texts:
            building = replace(around, argv=(path, "build_ext"))
            yield read_setup_script(path, texts[path], building)


def _about_backend(system: BuildSystem, kind: str, *, has_setup: bool) -> Iterator[EvidencePiece]:
    where = "setup.py" if system.legacy else "pyproject.toml"
    if not has_setup:
        yield EvidencePiece("no-build-file", "sdist")
        return
    codes = {
        "native": "backend-native",
        "meson": "backend-native",
        "pure": "backend-pure",
        "setuptools": "backend-setuptools",
    }
    yield EvidencePiece(codes.get(kind, "backend-unknown"), where, system.backend)
    if system.backend_path:
        yield EvidencePiece("backend-in-tree", where, ", ".join(system.backend_path))
    for name in sorted(system.required_names & compiling_tools().keys()):
        yield EvidencePiece("requires-compiling-tool", where, f"{name}: {compiling_tools()[name]}")


def _about_scripts(
    script: SetupScript | None, hooks: tuple[SetupScript, ...]
) -> Iterator[EvidencePiece]:
    for each in (*([script] if script else []), *hooks):
        if each.problem is not None:
            yield EvidencePiece(each.problem.code, each.path, each.problem.reason)
        elif not each.calls_setup:
            yield EvidencePiece("script-gives-up", each.path, "; ".join(each.unclear))
        if each.extensions:
            yield from _about_extensions(each)
        elif each.problem is None:
            yield from _about_none(each)
        for keyword in each.ignored:
            yield EvidencePiece("keyword-ignored", each.path, keyword)
        if each.impure:
            yield EvidencePiece("platform-wheel-declared", each.impure)
        code = "command-runs-tool-forgiven" if each.tools_forgiven else "command-runs-tool"
        yield from (EvidencePiece(code, where, tool) for where, tool in each.tools)


def _about_extensions(script: SetupScript) -> Iterator[EvidencePiece]:
    yield from map(_about_extension, script.extensions[:_SHOWN])
    if script.forgiving:
        yield EvidencePiece("extension-modules-optional", script.path, script.forgiving)


def _about_extension(module: ExtensionModule) -> EvidencePiece:
    message = " ".join(filter(None, (module.made_by, module.name)))
    if module.optional:
        return EvidencePiece("extension-modules-optional", module.where, message)
    if module.supposing:
        condition = " and ".join(module.supposing)
        return EvidencePiece(
            "extension-modules-conditional", module.where, f"{message} if {condition}"
        )
    return EvidencePiece("extension-modules", module.where, message)


def _about_none(script: SetupScript) -> Iterator[EvidencePiece]:
    if script.unclear:
        yield EvidencePiece("script-unclear", script.path, ", ".join(script.unclear))
    elif script.mentions:
        yield EvidencePiece("extension-modules-off", script.path, script.mentions)
    elif script.calls_setup:
        yield EvidencePiece("no-extension-modules", script.path)


def _about_files(paths: Iterable[str], texts: Mapping[str, str]) -> Iterator[EvidencePiece]:
    """Build descriptions of other systems, those nearest to the root first."""
    for path in sorted(texts, key=lambda path: (path.count("/"), path)):
        name = posixpath.basename(path)
        if is_aside(path):
            continue
        if name == "meson.build":
            yield read_meson(path, texts[path])
        elif name == "Cargo.toml":
            yield read_cargo(path, texts[path])
        elif name == "CMakeLists.txt":
            cmake = read_cmake(path, texts[path])
            if cmake is not None:
                yield cmake
    for path in paths:
        if path.endswith("binding.gyp") and posixpath.basename(path) == "binding.gyp":
            yield read_gyp(path)


def _about_sources(
    sources: tuple[SourceCount, ...], generated: tuple[str, ...]
) -> Iterator[EvidencePiece]:
    inside = [count for count in sources if count.files]
    aside = [count for count in sources if count.aside_files]
    if inside:
        message = ", ".join(map(_count_words, inside))
        yield EvidencePiece("native-sources", "sdist", message)
    if aside:
        message = ", ".join(f"{count.aside_files} {count.language}" for count in aside)
        yield EvidencePiece("native-sources-aside", "sdist", message)
    if not inside and not aside:
        yield EvidencePiece("no-native-sources", "sdist")
    if generated:
        more = f" and {len(generated) - 1} more" if len(generated) > 1 else ""
        yield EvidencePiece("generated-c", "sdist", f"{generated[0]}{more}")


def _count_words(count: SourceCount) -> str:
    lines = "" if count.lines is None else f", {count.lines:,} lines"
    return f"{count.files} {count.language} ({count.bytes:,} bytes{lines})"
