"""Write which headers declare which common functions of the C library: `c_functions.csv`.

    python data/obstacles/c_functions.py HEADERS.txt --python 3.13=INCLUDE_DIR … [--gcc "gcc-14"]

Each header is run through the preprocessor by itself, with `_GNU_SOURCE`, as CPython's
`pyconfig.h` sets it; a function counts as declared where its name is left.
"""

from __future__ import annotations

import argparse
import csv
import re
import subprocess
from pathlib import Path

TABLE = Path(__file__).parents[2] / "wheelcheck/index/archives/sources/c_functions.csv"
FUNCTIONS = (  # noqa: SIM905 (a hundred words)
    """
close read write usleep sleep getpid getppid unlink access lseek fork isatty ftruncate
gethostname dup dup2 pipe fsync rmdir chdir getcwd execv execvp getuid geteuid sysconf readlink
pread pwrite isdigit isalpha isspace isupper islower isalnum isprint isxdigit ispunct iscntrl
tolower toupper time localtime gmtime mktime strftime clock clock_gettime nanosleep difftime
gettimeofday select memcpy memset memcmp memmove memchr strlen strcmp strncmp strcpy strncpy
strcat strncat strchr strrchr strstr strdup strndup strtok strerror strcasecmp strncasecmp
malloc calloc realloc free exit abort abs labs atoi atof atol strtol strtoul strtod getenv
setenv putenv qsort rand srand random srandom system printf fprintf sprintf snprintf fopen
fclose fread fwrite sscanf fflush puts perror sqrt pow floor ceil fabs exp log log10 sin cos tan
atan2 fmod round lround writev readv ioctl open fcntl stat fstat lstat mkdir chmod mmap munmap
waitpid signal kill raise socket bind listen accept connect send recv sendto recvfrom setsockopt
getsockopt shutdown inet_ntoa inet_aton inet_addr htons htonl ntohs ntohl inet_pton inet_ntop
gethostbyname getaddrinfo freeaddrinfo dlopen dlsym dlclose assert
"""
).split()


def main() -> int:
    """Fill the table."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("headers", type=Path)
    parser.add_argument("--python", nargs="+", metavar="VERSION=DIR", default=[])
    parser.add_argument("--gcc", default="gcc")
    given = parser.parse_args()
    headers = sorted(set(given.headers.read_text().split()))
    rows = [[header, "", declared(header, given.gcc.split())] for header in headers]
    for version, _, folder in (stated.partition("=") for stated in given.python):
        for header in ("Python.h", "structmember.h"):
            options = [*given.gcc.split(), f"-I{folder}"]
            rows.append([header, version, declared(header, options)])
    with TABLE.open("w", newline="", encoding="utf-8") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow(["header", "python", "functions"])
        table.writerows(row for row in rows if row[2] is not None)
    return 0


def declared(header: str, compiler: list[str]) -> str | None:
    """The functions that are left of a header; None where there is no such header."""
    before = "#include <Python.h>\n" if header == "structmember.h" else ""
    source = f"#define _GNU_SOURCE\n{before}#include <{header}>\n"
    command = [*compiler, "-E", "-dD", "-x", "c", "-"]
    run = subprocess.run(command, input=source, text=True, capture_output=True, check=False)
    if run.returncode:
        return None
    words = set(re.findall(r"\b[a-z_]\w*\b", run.stdout))
    return " ".join(name for name in FUNCTIONS if name in words)


if __name__ == "__main__":
    raise SystemExit(main())
