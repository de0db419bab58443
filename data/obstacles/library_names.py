"""Write which names of common libraries are gone from their headers: `library_names.csv`.

    python data/obstacles/library_names.py OLD NEW

`OLD` and `NEW` are folders with the development packages of Debian 11 and 13, each unpacked in a
folder of its name (`apt-get download`, `dpkg-deb -x`). A row has the names of a library that the
older headers declare or define, and that no header of the newer packages has; names that macros
may put together there are left out. `gone` is the version of Debian 13: it is not known
in which version between they went.
"""

from __future__ import annotations

import csv
import re
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
TABLE = ROOT / "wheelcheck/index/archives/sources/library_names.csv"
VERSIONS = ROOT / "wheelcheck/distributions/versions.csv"
LIBRARIES = {
    "curl": ("libcurl4-openssl-dev", "curl|CURL"),
    "expat": ("libexpat1-dev", "XML_"),
    "ffmpeg": (
        "libavcodec-dev libavformat-dev libavutil-dev libswscale-dev libavfilter-dev",
        "av|AV|sws|swr|CODEC_|FF_|SWS_",
    ),
    "gdal": ("libgdal-dev", "GDAL|OGR|OSR|CPL|VSI"),
    "gsl": ("libgsl-dev", "gsl_|GSL_"),
    "hdf5": ("libhdf5-dev", "H5[A-Z]+[a-z]"),
    "icu": ("libicu-dev", "u[a-z]*_|U[A-Z]*_"),
    "igraph": ("libigraph-dev", "igraph_|IGRAPH_"),
    "leptonica": ("libleptonica-dev", "(?:box|pix|num|sel|pta|fpix|dpix|ccb|kernel|l_)[a-zA-Z_]*"),
    "libarchive": ("libarchive-dev", "archive_|ARCHIVE_"),
    "libgit2": ("libgit2-dev", "git_|GIT_"),
    "libpcap": ("libpcap0.8-dev", "pcap_|PCAP_"),
    "librdkafka": ("librdkafka-dev", "rd_kafka|RD_KAFKA"),
    "libssh2": ("libssh2-1-dev", "libssh2_|LIBSSH2_"),
    "libuv": ("libuv1-dev", "uv_|UV_"),
    "libxml2": ("libxml2-dev", "xml|XML|html|HTML"),
    "libxslt": ("libxslt1-dev", "xslt|exslt"),
    "mariadb-client": ("libmariadb-dev", "mysql_|MYSQL_|mariadb_"),
    "mupdf": ("libmupdf-dev", "fz_|pdf_|FZ_|PDF_"),
    "netcdf": ("libnetcdf-dev", "nc_|NC_"),
    "openjpeg": ("libopenjp2-7-dev", "opj_|OPJ_"),
    "openldap": ("libldap2-dev libldap-dev", "ldap_|LDAP_|ber_"),
    "openssl": (
        "libssl-dev",
        "SSL_|SSLv|EVP_|RAND_|FIPS_|ERR_[a-zG]|RSA_|DES_|BIO_|HMAC_|X509_|EC_|ENGINE_|OPENSSL_",
    ),
    "proj": ("libproj-dev", "pj_|PJ_|proj_|DEG_TO_RAD|RAD_TO_DEG"),
    "srtp2": ("libsrtp2-dev", "srtp_"),
    "sundials": ("libsundials-dev", "ARK|CV[a-z]*[A-Z]|IDA|KIN|N_V|SUN|DENSE_|BAND_"),
    "xmlsec": ("libxmlsec1-dev", "xmlSec"),
    "yara": ("libyara-dev", "yr_|YR_"),
    "zstd": ("libzstd-dev", "ZSTD_"),
}
"""Their packages, and how their own names begin."""
COMMENT = re.compile(r"/\*.*?\*/|//[^\n]*|\"(?:\\.|[^\"\\\n])*\"", re.DOTALL)
DECLARED = (
    re.compile(r"([A-Za-z_]\w+)\s*\("),
    re.compile(r"#\s*define\s+(\w+)"),
    re.compile(r"\}\s*(\w+)\s*;"),
    re.compile(r"typedef\s[^;{}()]*?(\w+)\s*;"),
    re.compile(r"(?:extern|EXPORT\w*)\s[^;{}()]*?(\w+)\s*(?:\[[^\]]*\])?\s*;"),
)
ENUM = re.compile(r"enum\s*\w*\s*\{([^{}]*)\}")
VALUE = re.compile(r"(?:^|,)\s*(\w+)")
JOINED = re.compile(r"(\w*)\s*##\s*(\w*)")
SHORTEST = 6
OPTIONS = {
    "x86_64-linux-gnu",
    "gdal",
    "libxml2",
    "mariadb",
    "igraph",
    "hdf5",
    "serial",
    "postgresql",
}
"""Folders that compilers get by an option."""
HEADERS = {"", ".h", ".hpp", ".hh"}


def main() -> int:
    """Fill the table."""
    old, new = (Path(folder) for folder in sys.argv[1:])
    with VERSIONS.open(newline="", encoding="utf-8") as file:
        versions = {row["name"]: row["debian-13"].split()[0:1] for row in csv.DictReader(file)}
    later = {library: "\n".join(texts(new, library).values()) for library in LIBRARIES}
    words = {word for text in later.values() for word in re.findall(r"\w+", text)}
    rows = []
    for library in sorted(LIBRARIES):
        earlier = texts(old, library)
        names = sorted(set(declared(earlier.values())) - words)
        starts, ends = joints(later[library])
        names = [
            name
            for name in names
            if re.match(LIBRARIES[library][1], name)
            and is_own_name(name)
            and not name.startswith(starts)
            and not name.endswith(ends)
        ]
        if names and later[library] and versions.get(library):
            headers = sorted({included(path) for path in (*earlier, *texts(new, library))})
            source = "headers of Debian 11 and 13"
            row = (library, versions[library][0], " ".join(headers), " ".join(names), source)
            rows.append(row)
    with TABLE.open("w", newline="", encoding="utf-8") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow(["library", "gone", "headers", "names", "source"])
        table.writerows(rows)
    return 0


def texts(folder: Path, library: str) -> dict[str, str]:
    """The headers of a library, comments and strings left out."""
    return {
        str(path): COMMENT.sub(" ", path.read_text(errors="replace"))
        for package in LIBRARIES[library][0].split()
        for path in sorted((folder / package / "usr/include").rglob("*"))
        if path.is_file() and path.suffix in HEADERS
    }


def declared(headers: Iterable[str]) -> Iterator[str]:
    """The names that headers declare or define."""
    for text in headers:
        for pattern in DECLARED:
            yield from pattern.findall(text)
        for body in ENUM.findall(text):
            yield from VALUE.findall(body)


def included(path: str) -> str:
    """How sources include a header: by its name, or from a folder, which is all that is given."""
    parts = path.partition("/usr/include/")[2].split("/")
    parts = [part for part in parts if part not in OPTIONS]
    return f"{parts[0]}/" if len(parts) > 1 else parts[0]


def joints(text: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """How names begin and end that macros of headers put together."""
    parts = JOINED.findall(text)
    starts = {start for start, _ in parts if start.endswith("_")}
    ends = {end for _, end in parts if end.startswith("_")}
    return tuple(starts), tuple(ends)


def is_own_name(name: str) -> bool:
    """Whether a name is long enough to be of a library alone, and is no guard of a header."""
    return len(name) >= SHORTEST and not name.endswith(("_H", "_H_", "_INCLUDED"))


if __name__ == "__main__":
    raise SystemExit(main())
