"""Builds the releases of a list in a Debian root, each in an overlay of its own.

    python judge.py rich --root ROOT [--over RICH]... --out FOLDER [--list unseen.csv] [--minutes N]
    python judge.py outcome --root ROOT [--over RICH]... --out FOLDER [--list CSV] [--minutes N]
    python judge.py ask --out FOLDER [--half HALF]
    python judge.py printed --root ROOT --out FOLDER [--half HALF]
    python judge.py both --root ROOT [--over RICH]... --out FOLDER [--list CSV] [--minutes N]
    python judge.py results --out FOLDER

`rich` builds each release in `RICH` (the upper folder of an overlay over `ROOT`, with compilers
and many `-dev` packages installed; of several, the topmost first) as `measure.py` does: does it
build at all with the tools of the day, what does it cost, why does it fail. Rows go to
`FOLDER/rich-HALF.csv`, compiler calls beside them, logs to `FOLDER/logs/HALF`. What the files hold
is not built again.

`outcome` does the same by `pip wheel` and measures nothing: `outcome-HALF.csv`.

`ask` has wheelcheck say what it takes and costs to build each release: `answers-HALF.csv`.
`printed` builds the root cases with the packages alone that the answers name: it runs the printed
command in a bare overlay over `ROOT`, then `pip wheel --no-deps --no-binary`: `printed-HALF.csv`.
`both` builds each release once: root cases measured in a bare root with the printed packages, of
`answers-HALF.csv` or as wheelcheck says then; what fails there, and all others, as `rich` does. It
writes `rich-HALF.csv` and `printed-HALF.csv`.
`results` joins all of it in LIST-results.csv beside this file.

Run as root: it mounts. **Package code runs here**, in the overlay alone, which is deleted
afterwards; the interpreters of pyenv are mounted into it read-only.
"""

import argparse
import csv
import gzip
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from measuring import answers, failures, results

_HERE = Path(__file__).resolve().parent
_REPOSITORY = _HERE.parents[1]
_PYENV = Path("/root/.pyenv/versions")
_INSIDE = "/judge"  # where an overlay sees this repository's tools
_TOOL_ROOT = "/judge-tools"  # where it sees a root with compilers
_TOOLS = ("data/builds", "wheelcheck/costs/reference")
_CERTIFICATES = "/etc/ssl/certs/ca-certificates.crt"
_MINUTES = 25
_HALVES = (
    *("development", "held-out", "second", "fifth", "sixth", "eighth", "ninth"),
    *("tenth-development", "tenth", "eleventh-development", "eleventh"),
    *("twelfth-development", "twelfth", "thirteenth", "fifteenth", "sixteenth", "seventeenth"),
    "eighteenth",
)
_TIMED_OUT = 124  # timeout(1)


@contextmanager
def overlay(lower: list[Path], folder: Path) -> Iterator[Path]:
    """A root over `lower` (topmost first), with /proc, /dev and pyenv; deleted at the end."""
    with (
        tempfile.TemporaryDirectory(dir=folder, ignore_cleanup_errors=True) as place,
        ExitStack() as stack,
    ):
        upper, work, root = (Path(place, name) for name in ("upper", "work", "root"))
        for path in (upper, work, root):
            path.mkdir()
        layers = ":".join(map(str, lower))
        options = f"lowerdir={layers},upperdir={upper},workdir={work}"
        _mount(stack, root, "-t", "overlay", "overlay", "-o", options)
        for shared in ("/proc", "/dev"):
            _mount(stack, Path(f"{root}{shared}"), "--bind", shared)
        _mount(stack, Path(f"{root}{_PYENV}"), "--bind", "-o", "ro", str(_PYENV))
        for file in ("/etc/resolv.conf", _CERTIFICATES):
            target = Path(f"{root}{file}")
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(file, target)
        unsafe = Path(
            f"{root}/etc/dpkg/dpkg.cfg.d/docker-apt-speedup"
        )  # as Docker's images have it
        unsafe.write_text("force-unsafe-io\n")
        yield root


def _mount(stack: ExitStack, target: Path, *arguments: str) -> None:
    target.mkdir(parents=True, exist_ok=True)
    subprocess.run(["mount", *arguments, str(target)], check=True)
    stack.callback(subprocess.run, ["umount", "--lazy", str(target)], check=False)


def _rich(arguments: argparse.Namespace) -> int:
    lower = [*arguments.over, arguments.root]
    for case in _cases(arguments.list):
        result = arguments.out / f"rich-{case['half']}.csv"
        if (case["name"], case["version"], case["python"]) not in _done(result):
            with overlay(lower, arguments.out) as root:
                _measure(case, root, arguments.out, arguments.minutes)
    return 0


def _outcome(arguments: argparse.Namespace) -> int:
    """Build where everything is installed, to learn no more than whether it builds."""
    lower = [*arguments.over, arguments.root]
    for case in _cases(arguments.list):
        kind = f"outcome-{case['half']}"
        if (case["name"], case["version"]) not in _by_release(arguments.out / f"{kind}.csv"):
            with overlay(lower, arguments.out) as root:
                _build_with(case, "", root, arguments.out, kind, arguments.minutes)
    return 0


def _ask(arguments: argparse.Namespace) -> int:
    cases = [case for case in _cases(arguments.list) if case["half"] in arguments.half]
    for half in arguments.half:
        own = [case for case in cases if case["half"] == half]
        rows = answers.ask(own, arguments.out / "cache")
        answers.write(arguments.out / f"answers-{half}.csv", rows)
    return 0


def _printed(arguments: argparse.Namespace) -> int:
    """Build with the printed packages alone what does not fail where everything is installed."""
    for half in arguments.half:
        answered = _by_release(arguments.out / f"answers-{half}.csv")
        fails = {
            key
            for key, row in _by_release(arguments.out / f"rich-{half}.csv").items()
            if row["outcome"] != "success"
        }
        left = answered.keys() - fails - _by_release(arguments.out / f"printed-{half}.csv").keys()
        for case in _cases(arguments.list):
            key = (case["name"], case["version"])
            if case["half"] == half and "root" in case["parts"].split() and key in left:
                with overlay([arguments.root], arguments.out) as root:
                    command = answered[key]["command"]
                    _build_with(case, command, root, arguments.out, f"printed-{half}")
    return 0


def _both(arguments: argparse.Namespace) -> int:
    """Measure with the printed packages alone where that builds, else where all is installed."""
    lower = [*arguments.over, arguments.root]
    with overlay(lower, arguments.out) as tools:
        _bring_tools(tools)
        for case in _cases(arguments.list):
            result = arguments.out / f"rich-{case['half']}.csv"
            if (case["name"], case["version"], case["python"]) in _done(result):
                continue
            if "root" in case["parts"].split() and _measured_as_printed(case, tools, arguments):
                continue
            with overlay(lower, arguments.out) as root:
                _measure(case, root, arguments.out, arguments.minutes)
    return 0


def _measured_as_printed(case: dict[str, str], tools: Path, arguments: argparse.Namespace) -> bool:
    """Whether a release builds with the printed packages; its measurements are taken then.

    `tools` is a root with the compilers that tell how fast the machine is.
    """
    half, place = case["half"], arguments.out / "with-printed"
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir()
    frozen = _by_release(arguments.out / f"answers-{half}.csv")
    answer = frozen.get((case["name"], case["version"]))
    answer = answer or next(answers.ask([case], arguments.out / "cache"))
    command = answer.get("command", "")
    with overlay([arguments.root], arguments.out) as root, ExitStack() as stack:
        _mount(stack, Path(f"{root}{_TOOL_ROOT}"), "--bind", str(tools))
        shell = ["chroot", str(root), "sh", "-c", command or "true"]
        variables = _variables() | {"DEBIAN_FRONTEND": "noninteractive"}
        run = subprocess.run(shell, env=variables, capture_output=True, text=True, check=False)
        if run.returncode == 0:
            _measure(case, root, place, arguments.minutes, reference_root=_TOOL_ROOT)
    rows = _cases(place / f"rich-{half}.csv") if (place / f"rich-{half}.csv").exists() else []
    found = rows[0] if rows else {"outcome": "failure", "detail": run.stderr[-200:].strip()}
    row = {
        **{key: case[key] for key in ("name", "version", "python")},
        **{key: found.get(key, "") for key in ("outcome", "phase", "reason", "detail")},
        "command": command,
        "unresolved": answer.get("unresolved", ""),
    }
    answers.append(arguments.out / f"printed-{half}.csv", row)
    built = bool(rows) and found["outcome"] == "success"
    for name in (f"rich-{half}.csv", f"calls-{half}.csv") if built else ():
        if (place / name).exists():
            _add_rows((place / name).read_text().splitlines(keepends=True), arguments.out / name)
    return built


def _add_rows(lines: list[str], table: Path) -> None:
    with table.open("a", encoding="utf-8") as file:
        file.writelines(lines[1:] if file.tell() else lines)


def _by_release(path: Path) -> dict[tuple[str, str], dict[str, str]]:
    if not path.exists():
        return {}
    return {(row["name"], row.get("requested") or row["version"]): row for row in _cases(path)}


def _results(arguments: argparse.Namespace) -> int:
    table = _HERE / f"{arguments.list.stem}-results.csv"
    results.write(_cases(arguments.list), arguments.out, table, arguments.half)
    return 0


def _build_with(
    case: dict[str, str],
    command: str,
    root: Path,
    out: Path,
    kind: str,
    minutes: int = _MINUTES,
) -> None:
    """Run the printed command, then pip, in `root`; append a row to the table of this kind."""
    logs = out / "logs" / kind
    logs.mkdir(parents=True, exist_ok=True)
    log = logs / f"{case['name']}-{case['version']}.log"
    python = _interpreter(case["python"])
    release = f"--no-binary {case['name']} {case['name']}=={case['version']}"
    wheel = f"{python} -m pip wheel -v --no-deps --no-cache-dir -w /tmp/wheels {release}"
    steps = (("packages", command), ("build", wheel))
    failed, start = "", time.monotonic()
    with log.open("w", encoding="utf-8") as file:
        for name, step in steps:
            shell = ["chroot", str(root), "timeout", str(minutes * 60), "sh", "-c", step or "true"]
            variables = _variables() | {"DEBIAN_FRONTEND": "noninteractive"}
            run = subprocess.run(shell, env=variables, stdout=file, stderr=file, check=False)
            if run.returncode:
                failed = name
                break
    failure = failures.classify(log.read_text(errors="replace")) if failed else ("", "")
    if run.returncode == _TIMED_OUT:
        failure = ("timeout", f"after {minutes} minutes")
    row = {
        **{key: case[key] for key in ("name", "version", "python")},
        "outcome": "failure" if failed else "success",
        "step": failed,
        "reason": failure[0],
        "detail": failure[1],
        "seconds": round(time.monotonic() - start),
        "command": command,
    }
    answers.append(out / f"{kind}.csv", row)


def _cases(path: Path) -> list[dict[str, str]]:
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def _done(result: Path) -> set[tuple[str, str, str]]:
    if not result.exists():
        return set()
    return {
        (row["name"], row["requested"], row["python"].rpartition(".")[0]) for row in _cases(result)
    }


def _bring_tools(root: Path) -> None:
    """Copy what measures, and the sources of the reference compile, into `root`."""
    for part in _TOOLS:
        shutil.copytree(
            _REPOSITORY / part,
            Path(f"{root}{_INSIDE}/{part}"),
            ignore=shutil.ignore_patterns("*.csv", "*.json", "*.gz", "__pycache__"),
        )
    packaging = Path(sys.modules["packaging"].__path__[0])
    shutil.copytree(packaging, Path(f"{root}{_INSIDE}/lib/packaging"))


def _measure(
    case: dict[str, str], root: Path, out: Path, minutes: int, *, reference_root: str = ""
) -> None:
    """Let `measure.py` build one case inside `root`, and gather what it wrote.

    The reference compile runs in `reference_root`, a folder of `root`, where that has compilers.
    """
    _bring_tools(root)
    script = f"{_INSIDE}/data/builds/measure.py"
    command = [
        *("chroot", str(root), _interpreter("3.13"), script, "build"),
        *(f"{case['name']}=={case['version']}", "--python", _interpreter(case["python"])),
        *("--tables", f"{_INSIDE}/tables", "--logs", f"{_INSIDE}/logs", "--held-out"),
        *("--time-limit", str(minutes)),
    ]
    Path(f"{root}{_INSIDE}/tables").mkdir()
    variables = _variables() | {"MEASURE_REFERENCE_ROOT": reference_root}
    run = subprocess.run(command, env=variables, capture_output=True, text=True, check=False)
    _gather(Path(f"{root}{_INSIDE}"), case, out, run.stdout + run.stderr)


def _interpreter(minor: str) -> str:
    found = sorted(_PYENV.glob(f"{minor}.*"))
    return str(found[-1] / "bin" / f"python{minor}")


def _variables() -> dict[str, str]:
    return {
        "PATH": "/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
        "LANG": "C.UTF-8",
        "HOME": "/root",
        "PYTHONPATH": f"{_INSIDE}/lib",
        "PYTHONDONTWRITEBYTECODE": "1",
        "SSL_CERT_FILE": _CERTIFICATES,
        "PIP_CERT": _CERTIFICATES,
        "REQUESTS_CA_BUNDLE": _CERTIFICATES,
        "GIT_SSL_CAINFO": _CERTIFICATES,
    }


def _gather(inside: Path, case: dict[str, str], out: Path, answer: str) -> None:
    logs = out / "logs" / case["half"]
    logs.mkdir(parents=True, exist_ok=True)
    stem = f"{case['name']}-{case['version']}-{case['python']}"
    (logs / f"{stem}.said").write_text(answer)
    for log in inside.glob("logs/*.log"):
        shutil.copyfile(log, logs / f"{stem}.log")
    measured = inside / "tables" / "measurements.csv"
    if not measured.exists():
        print(f"{stem}: no row, see {logs / stem}.said", flush=True)
        return
    rows = measured.read_text().splitlines(keepends=True)
    _add_rows(rows, out / f"rich-{case['half']}.csv")
    calls = inside / "tables" / "translation_units.csv.gz"
    if calls.exists():
        lines = gzip.decompress(calls.read_bytes()).decode().splitlines(keepends=True)
        _add_rows(lines, out / f"calls-{case['half']}.csv")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument("--list", type=Path, default=_HERE / "unseen.csv")
    common.add_argument("--out", type=Path, required=True)
    halves = argparse.ArgumentParser(add_help=False)
    halves.add_argument("--half", action="append", choices=_HALVES)
    root = argparse.ArgumentParser(add_help=False)
    root.add_argument("--root", type=Path, required=True, help="a Debian root")
    rich = commands.add_parser(
        "rich", parents=[common, root], help="build where everything is installed"
    )
    rich.set_defaults(run=_rich)
    outcome = commands.add_parser(
        "outcome", parents=[common, root], help="build where everything is installed, no measuring"
    )
    outcome.set_defaults(run=_outcome)
    both = commands.add_parser(
        "both", parents=[common, root], help="root cases with the printed packages, all measured"
    )
    both.set_defaults(run=_both)
    for command in (rich, outcome, both):
        command.add_argument(
            "--over", type=Path, action="append", default=[], help="what is installed over it"
        )
        command.add_argument("--minutes", type=int, default=_MINUTES, help="limit of a build")
    ask = commands.add_parser("ask", parents=[common, halves], help="ask wheelcheck")
    ask.set_defaults(run=_ask)
    printed = commands.add_parser(
        "printed", parents=[common, halves, root], help="build with the printed packages alone"
    )
    printed.set_defaults(run=_printed)
    joined = commands.add_parser(
        "results", parents=[common, halves], help="join what was said and what happened"
    )
    joined.set_defaults(run=_results)
    return parser


def main() -> int:
    """Run one command; its exit status."""
    import packaging  # noqa: F401 - its folder is copied into every root

    arguments = _parser().parse_args()
    if hasattr(arguments, "half"):
        arguments.half = arguments.half or list(_HALVES)
    return int(arguments.run(arguments))


if __name__ == "__main__":
    sys.exit(main())
