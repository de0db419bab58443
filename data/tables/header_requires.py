"""Writes wheelcheck/builds/needs/header_requires.csv from a Debian root.

    python header_requires.py ROOT PACKAGES

ROOT has many -dev packages installed (see data/builds/README.md, "The unseen builds"), PACKAGES is
the unpacked ``Packages`` index of its release. For each -dev package, what its headers include in
any case is followed; where they come to headers of a package that apt does not install along, a
build that compiles against them needs that package too. Packages count whose main header does so,
or a good part of their headers: what a header for a few users includes is their affair.
"""

import csv
import posixpath
import re
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

_TABLE = Path(__file__).resolve().parents[2] / "wheelcheck/builds/needs/header_requires.csv"
_PLACES = ("/usr/include/", "/usr/include/x86_64-linux-gnu/")
_HEADER = re.compile(r"\.(?:h|hh|hpp|hxx|H|inl|tcc|ipp)$|/[A-Za-z_]+$")
_LINE = re.compile(
    r"^[ \t]*#[ \t]*(?:include[ \t]*([<\"])([^>\"\n]+)[>\"]"
    r"|(if|ifdef|ifndef|elif|else|endif)\b(.*))$",
    re.MULTILINE,
)
_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
_TOOLCHAIN = re.compile(r"libc6|linux-libc|libstdc|libgcc|gcc|g\+\+|libpython|python|libclang")
_FEW = 6
_MANY = 800
"""Headers of a package that is a collection, such as Boost: each has needs of its own."""
_PART = 0.4


class _Root:
    """The headers of a root, and who holds them."""

    def __init__(self, root: Path, index: Path) -> None:
        self.holders = dict(_holders(root))
        self._root = root
        self._included: dict[str, tuple[str, ...]] = {}
        self._depends: dict[str, list[str]] = {}
        for paragraph in index.read_text().split("\n\n"):
            fields = dict(re.findall(r"^([\w-]+): (.*)$", paragraph, re.MULTILINE))
            name = fields.get("Package", "")
            words = ",".join(fields.get(key, "") for key in ("Depends", "Pre-Depends"))
            self._depends.setdefault(name, []).extend(_packages(words))
            for provided in _packages(fields.get("Provides", "")):
                self._depends.setdefault(provided, []).append(name)

    def along(self, package: str) -> set[str]:
        """What apt installs along with a package, itself included."""
        seen, todo = {package}, [package]
        while todo:
            new = [name for name in self._depends.get(todo.pop(), ()) if name not in seen]
            seen.update(new)
            todo += new
        return seen

    def included(self, path: str) -> tuple[str, ...]:
        """The headers that a header includes whatever is defined, but for the guards."""
        if path not in self._included:
            self._included[path] = tuple(self._read(path))
        return self._included[path]

    def _read(self, path: str) -> Iterator[str]:
        file = self._root / path[1:]
        text = _COMMENT.sub(" ", file.read_text(errors="replace")) if file.is_file() else ""
        guards: list[bool] = []
        for quote, name, directive, condition in _LINE.findall(text):
            if name:
                found = self._resolved(path, quote, name) if all(guards) else ""
                yield from (found,) if found else ()
            elif directive in {"if", "ifdef", "ifndef"}:
                first = not guards and directive != "ifdef"
                guards.append(first or "__cplusplus" in condition)
            elif directive == "endif" and guards:
                guards.pop()
            elif guards:
                guards[-1] = False

    def _resolved(self, path: str, quote: str, name: str) -> str:
        folder = posixpath.dirname(path)
        own = self.holders[path]
        above = folder.split("/")
        places = [posixpath.normpath(f"{folder}/{name}")] if quote == '"' else []
        places += [place + name for place in _PLACES]
        nearer = ["/".join([*above[:depth], name]) for depth in range(len(above), 3, -1)]
        places += [place for place in nearer if self.holders.get(place) == own]
        return next((place for place in places if place in self.holders), "")


def _holders(root: Path) -> Iterator[tuple[str, str]]:
    for listing in sorted((root / "var/lib/dpkg/info").glob("*-dev*.list")):
        for line in listing.read_text(errors="replace").splitlines():
            if line.startswith("/usr/include/") and _HEADER.search(line):
                yield line, listing.name.removesuffix(".list").partition(":")[0]


def _packages(words: str) -> list[str]:
    return [re.split(r"[ (:]", part.strip())[0] for part in re.split("[,|]", words) if part.strip()]


def _foreign(root: _Root, header: str) -> set[str]:
    """Other packages whose headers a header includes, by way of its own package's too."""
    package, seen, todo, found = root.holders[header], {header}, [header], set[str]()
    while todo:
        for other in root.included(todo.pop()):
            if other not in seen:
                seen.add(other)
                own = root.holders[other] == package
                todo += [other] if own else []
                found |= set() if own else {root.holders[other]}
    return {name for name in found if not _TOOLCHAIN.match(name)}


def _is_main(header: str, package: str) -> bool:
    stem = package.removesuffix("-dev").removeprefix("lib").rstrip("0123456789.-")
    return posixpath.splitext(posixpath.basename(header))[0] in {stem, f"lib{stem}"}


def _rows(root: _Root) -> Iterator[tuple[str, str]]:
    headers: dict[str, list[str]] = {}
    for header, package in root.holders.items():
        headers.setdefault(package, []).append(header)
    for package, own in sorted(headers.items()):
        if _TOOLCHAIN.match(package) or len(own) > _MANY:
            continue
        needs: dict[str, list[str]] = {}
        for header in own:
            for other in _foreign(root, header):
                needs.setdefault(other, []).append(header)
        left = needs.keys() - root.along(package)
        counted = [
            other
            for other in sorted(left)
            if len(own) <= _FEW
            or len(needs[other]) >= _PART * len(own)
            or any(_is_main(header, package) for header in needs[other])
        ]
        if counted:
            yield package, " ".join(counted)


def _whole(rows: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """The rows with what the packages that they name need in turn."""
    for package, also in rows.items():
        names = also.split()
        for name in names:
            names += [more for more in rows.get(name, "").split() if more not in names]
        yield package, " ".join(sorted(set(names) - {package}))


def main() -> int:
    """Write the table."""
    root = _Root(Path(sys.argv[1]), Path(sys.argv[2]))
    with _TABLE.open("w", newline="", encoding="utf-8") as file:
        out = csv.writer(file, lineterminator="\n")
        out.writerow(("package", "also"))
        out.writerows(_whole(dict(_rows(root))))
    return 0


if __name__ == "__main__":
    sys.exit(main())
