"""The packages of Debian releases that Python images can meet, with what each brings along."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from dependencies import Relation, relations

__all__ = ["Release", "rows_of", "selected"]

SECTIONS = frozenset(
    (
        *("admin", "database", "devel", "editors", "httpd", "interpreters", "introspection"),
        *("kernel", "libdevel", "libs", "net", "oldlibs", "shells", "text", "utils", "vcs"),
        *("video", "web"),
    )
)
"""Debian's sections whose packages people install beside Python applications or build with."""

LEFT_OUT = re.compile(
    # Libraries of other languages, and translations, documentation, examples.
    r"librust-|golang-.*-dev$|libghc-|haskell|elpa-|erlang|lua-|node-|ruby-|r-(cran|bioc)-"
    r"|lib.*-(perl|java|ocaml|ocaml-dev|cil|cil-dev)$|.*-(dbg|dbgsym|doc|l10n|examples?|tests?)$"
    r"|task-|hunspell-|aspell-|hyphen-|mythes-|dict-|texlive-lang"
    # Whole desktops, kernels, compilers for other machines.
    r"|gnome|kde|plasma|libkf[56]|wine|linux-(image|headers)-\d|debian-"
    r"|.*-(aarch64|alpha|arc|arm|hppa|loongarch64|m68k|mips|powerpc|ppc|riscv64|s390x|sh4|sparc64)"
    r"|.*-(cross|cross-base)$|.*-x32|libtrilinos|postgresql-\d+-"
)
ADDED = re.compile(
    r"(lib)?python(2|3|2\.7|3\.\d+)?(-(dev|minimal|venv|pip|distutils|full|stdlib|dbg|wheel|apt"
    r"|setuptools|virtualenv|numpy|scipy|pandas|matplotlib|yaml|lxml|cryptography|cffi|psycopg2"
    r"|pil|requests|six|mysqldb|gdal|dbus|cairo|tk|gi|gi-cairo|pyqt[56]|opencv|h5py|ldap|magic"
    r"|systemd|smbus|serial|usb|bluez|is-python[23]))?$|python-is-python|pipx$|cython|pybind11"
    r"|default-j|openjdk-\d+-j(re|dk)|maven$|ant$|imagemagick|libmagick|gnuplot|graphviz"
    r"|tesseract-ocr|ghostscript|poppler|inkscape$|gimp$|chromium|firefox|fonts-(dejavu|liberation"
    r"|noto|freefont|ipafont|wqy|roboto|open-sans|unifont|tlwg|kacst)|xvfb$|xauth$|x11|sox|ffmpeg"
    r"|espeak|portaudio|r-base|r-recommended|octave$|php$|ruby$|ruby-dev|ruby-full|npm$|nodejs"
    r"|yarnpkg|libreoffice(-(core|writer|calc|common|impress))?$|pandoc$|wkhtmltopdf|latexmk"
    r"|texlive(-(base|latex|fonts|xetex|luatex|science|binaries|plain|pictures|extra|full)\S*)?$"
    r"|gnupg|tzdata|locales|fontconfig|libgl|mesa|gir1|libimage-exiftool-perl|perl|supervisor$"
    r"|nginx|uwsgi|cron$|build-essential|dumb-init|tini$|gosu$|catatonit$"
)
_RELATION_FIELDS = (
    *("Depends", "Pre-Depends", "Suggests", "Recommends", "Conflicts", "Breaks", "Replaces"),
    *("Enhances", "Provides"),
)
PRIORITIES = {"required": "r", "important": "i", "standard": "s"}


@dataclass(frozen=True, slots=True)
class Package:
    """A binary package: groups of alternatives by field, and its installed size in KiB."""

    name: str
    version: str
    section: str
    priority: str
    depends: tuple[tuple[Relation, ...], ...]
    recommends: tuple[tuple[Relation, ...], ...]
    provides: tuple[Relation, ...]
    conflicts: tuple[Relation, ...]
    kibibytes: str


class Release:
    """The packages of one release by name, and who provides which name."""

    def __init__(self, stanzas: Sequence[Mapping[str, str]]) -> None:
        self.packages = {fields["Package"]: _package(fields) for fields in stanzas}
        self._mentions = _first_mentions(stanzas)
        self.providers: dict[str, list[tuple[str, str]]] = defaultdict(list)
        for package in self.packages.values():
            for relation in package.provides:
                self.providers[relation.name].append((package.name, relation.version))

    def exists(self, relation: Relation) -> bool:
        """Whether some package of the release satisfies a relation."""
        return bool(self.satisfying(relation))

    def satisfying(self, relation: Relation) -> tuple[str, ...]:
        """The packages that satisfy a relation, that of the same name first."""
        own = self.packages.get(relation.name)
        first = (own.name,) if own and relation.accepts(own.version) else ()
        others = self.providers.get(relation.name, ())
        return (*first, *(name for name, version in others if relation.accepts(version)))

    def preferred_provider(self, name: str) -> str:
        """The package that apt takes for a name that no package has; "" where there is no choice.

        Of providers of equal priority apt takes the one whose name its index mentions last (its
        ``CompareProviders`` ends with a comparison of numbers given at the first mention).
        """
        names = {provider for provider, _ in self.providers.get(name, ())}
        if name in self.packages or len(names) < 2:
            return ""
        ranks = "eris"

        def order(provider: str) -> tuple[int, int]:
            priority = self.packages[provider].priority
            first = ranks.index(priority) if priority else len(ranks)
            return first, -self._mentions[provider]

        return min(names, key=order)

    def row(self, name: str) -> tuple[str, ...]:
        """A package's columns without the alternatives that this release does not have."""
        package = self.packages[name]
        return (
            self._groups(package.depends, required=True),
            self._groups(package.recommends, required=False),
            self._conflicts(package),
            package.kibibytes,
        )

    def _groups(self, groups: Iterable[tuple[Relation, ...]], *, required: bool) -> str:
        found = []
        for group in groups:
            names = [choice for relation in group for choice in self._choices(relation)]
            if not names and required:
                names = [relation.name for relation in group]
            found.append("|".join(dict.fromkeys(names)))
        return " ".join(dict.fromkeys(filter(None, found)))

    def _choices(self, relation: Relation) -> tuple[str, ...]:
        """A relation as the table writes it: with ``!`` where no provider will do."""
        satisfying = self.satisfying(relation)
        if not satisfying:
            return ()
        if satisfying == (relation.name,) and relation.name in self.providers:
            return (f"{relation.name}!",)
        preferred = self.preferred_provider(relation.name)
        return (preferred, relation.name) if preferred in satisfying else (relation.name,)

    def _conflicts(self, package: Package) -> str:
        """Packages of this release that cannot be installed together with this one."""
        found = {name for relation in package.conflicts for name in self.satisfying(relation)}
        return " ".join(sorted(found - {package.name}))


def _package(fields: Mapping[str, str]) -> Package:
    required = ",".join(filter(None, (fields.get("Pre-Depends"), fields.get("Depends"))))
    excluding = ",".join(filter(None, (fields.get("Conflicts"), fields.get("Breaks"))))
    essential = fields.get("Essential") == "yes"
    return Package(
        fields["Package"],
        fields["Version"],
        fields.get("Section", ""),
        "e" if essential else PRIORITIES.get(fields.get("Priority", ""), ""),
        tuple(relations(required)),
        tuple(relations(fields.get("Recommends", ""))),
        tuple(relation for group in relations(fields.get("Provides", "")) for relation in group),
        tuple(relation for group in relations(excluding) for relation in group),
        fields.get("Installed-Size", "0"),
    )


def _first_mentions(stanzas: Iterable[Mapping[str, str]]) -> dict[str, int]:
    """Each name with its place among the names that the index mentions, in order."""
    found: dict[str, int] = {}
    for fields in stanzas:
        found.setdefault(fields["Package"], len(found))
        for key in _RELATION_FIELDS:
            for group in relations(fields.get(key, "")):
                for relation in group:
                    found.setdefault(relation.name, len(found))
    return found


def selected(release: Release, named: Iterable[str]) -> frozenset[str]:
    """The packages to keep with their dependencies: those that people install, and all they bring.

    Parameters:
        release: All packages of a release.
        named: Packages that wheelcheck's own tables name.
    """
    waiting = [name for name in named if name in release.packages]
    for package in release.packages.values():
        inside = package.section in SECTIONS and not LEFT_OUT.match(package.name)
        if inside or package.priority or ADDED.match(package.name):
            waiting.append(package.name)
    found: set[str] = set()
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            package = release.packages[name]
            for relation in package.provides:
                waiting += [provider for provider, _ in release.providers[relation.name][:2]]
            for group in (*package.depends, *package.recommends):
                choices = [choice for relation in group for choice in release.satisfying(relation)]
                favoured = [release.preferred_provider(relation.name) for relation in group[:2]]
                waiting += [*choices[:2], *filter(None, favoured)]
    return frozenset(found)


def rows_of(release: Release, chosen: frozenset[str]) -> list[tuple[str, ...]]:
    """Rows of a release: name and columns.

    A package that is not chosen has a name alone: it exists, no more is known.
    """
    return [(n, *release.row(n)) if n in chosen else (n,) for n in sorted(release.packages)]


def provided_by(release: Release, chosen: frozenset[str]) -> list[tuple[str, str]]:
    """The names that packages provide, each with those that do.

    What every image has is a row as well, under apt's own pattern for it (apt-patterns(7)).
    """
    found: dict[str, list[str]] = defaultdict(list)
    for name in sorted(chosen):
        package = release.packages[name]
        names = {relation.name for relation in package.provides}
        if package.priority in {"e", "r"}:
            names.add("?priority(required)")
        for provided in names:
            found[provided].append(name)
    return [(name, " ".join(packages)) for name, packages in sorted(found.items())]
