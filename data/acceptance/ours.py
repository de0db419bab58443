"""What our own command says of the cases, to be held against what the judges did.

    python data/acceptance/ours.py [PART]

prints the cases on which it differs from `results.csv`, and the sums; `PART` chooses by id.
`tests/acceptance/test_replay.py` asks the same.
"""

from __future__ import annotations

import contextlib
import csv
import io
import json
import shlex
import sys
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

sys.path[:0] = [str(Path(__file__).parent), str(Path(__file__).parents[2] / "tests/support")]

from cases import Case, all_cases, lay_out  # noqa: E402 (needs the path)
from fixtures import FixtureIndex  # noqa: E402
from judge import RESULTS, serve  # noqa: E402

import wheelcheck.cli  # noqa: E402

__all__ = ["Answer", "ask", "differences", "judged"]

_IMAGES = {"3.12": "python:3.12.1-slim-bookworm", "3.10": "python:3.10.13-slim-bookworm"}
_INSTALLERS = {"pip": "pip==26.3", "uv": "uv==0.13.9"}
_LOCKS = ("pylock.toml", "uv.lock")


@dataclass(frozen=True, slots=True)
class Answer:
    """What our command says of one case: `installs` is None where it could not tell."""

    code: int
    installs: bool | None
    pins: tuple[str, ...]
    reasons: tuple[str, ...]
    report: Mapping[str, Any]


def judged() -> dict[tuple[str, str], dict[str, str]]:
    """What the judges did, by case and installer."""
    with RESULTS.open(newline="") as file:
        return {(row["case"], row["installer"]): row for row in csv.DictReader(file)}


def ask(case: Case, installer: str, index: FixtureIndex, base: str) -> Answer:
    """Ask our command about a case, as a user of that installer would."""
    with tempfile.TemporaryDirectory(prefix="ours-") as name, contextlib.chdir(name):
        folder = Path(name)
        lay_out(case, folder, index, base)
        words = _words(case, installer, base)
        out, err = io.StringIO(), io.StringIO()
        with contextlib.redirect_stderr(err), contextlib.redirect_stdout(out):
            code = wheelcheck.cli.main(
                [*words, "--no-cache", "--no-advice", "--no-policy", "--format", "json",
                 "-o", "report.json"]
            )  # fmt: skip
        written = folder / "report.json"
        report = json.loads(written.read_text()) if written.exists() else {}
        if not report:
            return Answer(code, False if code == 2 else None, (), (err.getvalue(),), {})
    return _answer(code, report)


def _words(case: Case, installer: str, base: str) -> list[str]:
    if case.ours == "dockerfile":
        _write_dockerfile(case, installer, base)
        return ["Dockerfile", "--index-url", f"{base}/simple"]
    options = [] if isinstance(case.ours, str) else list(case.ours)
    words = shlex.split(case.command(installer) or "")
    if case.ours == "packages":
        arguments = words[words.index("install") + 1 :]
        named = [each for each in arguments if not each.startswith(("-", ":"))]
        options += [word for word in arguments if word not in named]
        options += [word for each in named for word in ("-p", each)]
    else:
        options += [next(n for n in (*_LOCKS, "requirements.txt") if n in case.files)]
    return [*options, "--target", _IMAGES[case.python], "--index-url", f"{base}/simple",
            "--installer", _INSTALLERS[installer]]  # fmt: skip


def _write_dockerfile(case: Case, installer: str, base: str) -> None:
    words = shlex.split(case.command(installer) or "")
    start = 1 if installer == "pip" else 2
    option = "--index-url" if installer == "pip" else "--default-index"
    system = ["--system"] if installer == "uv" and "--target" not in words else []
    command = [*([] if installer == "pip" else ["uv"]), "pip", "install", option,
               f"{base}/simple", *system, *words[start:]]  # fmt: skip
    bring = "COPY --from=ghcr.io/astral-sh/uv:0.13.9 /uv /bin/uv\n" if installer == "uv" else ""
    Path("Dockerfile").write_text(
        f"FROM {_IMAGES[case.python]}\n{bring}WORKDIR /app\nCOPY . .\nRUN {shlex.join(command)}\n"
    )


def _answer(code: int, report: Mapping[str, Any]) -> Answer:
    if not report["targets"]:  # of a Dockerfile no step was judged
        reasons = tuple(problem["code"] for problem in report["problems"])
        return Answer(code, None, (), reasons, report)
    (target, *_) = report["targets"]
    pins = []
    for package in report["packages"]:
        cell = package["on"].get(target["name"])
        if cell and cell["file"]:
            kind = Path(cell["file"]).name.removeprefix(f"{package['name']}-{cell['version']}")
            pins.append(f"{package['name']}=={cell['version']}" + _ending(kind))
    reasons = [refusal["code"] for refusal in target["refusals"]]
    reasons += [problem["code"] for problem in report["problems"]]
    reasons += [finding["code"] for finding in (report.get("dockerfile") or {}).get("findings", ())
                if finding["severity"] == "error"]  # fmt: skip
    installs = {"installs": True, "refused": False, "fails": False}.get(target["outcome"])
    if "input-refused" in reasons:
        installs = False
    return Answer(code, installs, tuple(sorted(pins)), tuple(reasons), report)


def _ending(kind: str) -> str:
    return "" if kind.endswith(".whl") else f"({kind})"


def differences(part: str = "") -> Iterator[tuple[str, str, str]]:
    """Yield case, installer and how we differ from its judge, "" where we do not."""
    index = FixtureIndex.load()
    server = serve(index)
    known = judged()
    base = f"http://127.0.0.1:{server.port}"
    try:
        for case in all_cases():
            for installer in ("pip", "uv"):
                row = known.get((case.id, installer))
                if row is not None and part in case.id:
                    answer = ask(case, installer, index, base)
                    yield case.id, installer, _difference(answer, row)
    finally:
        server.stop()


def _difference(answer: Answer, row: Mapping[str, str]) -> str:
    theirs = row["installs"] == "yes"
    if theirs is not answer.installs:
        outcomes = {True: "it installs", False: "it does not install", None: "not known"}
        ours = f"{outcomes[answer.installs]} (exit {answer.code}, {', '.join(answer.reasons)})"
        return f"{ours}; {row['installer']}: {row['installs']}, {row['message'][:110]}"
    if theirs and set(row["installed"].split()) != set(answer.pins):
        return f"takes {' '.join(answer.pins)}; {row['installer']}: {row['installed']}"
    right_code = answer.code == 0 if theirs else answer.code in {1, 2}
    return "" if right_code else f"exit code {answer.code}"


def main() -> None:
    """Print what differs."""
    found = list(differences(*sys.argv[1:]))
    for case, installer, difference in found:
        if difference:
            print(f"{case} {installer}: {difference}")
    differ = sum(bool(difference) for _, _, difference in found)
    print(f"{len(found)} answers: {len(found) - differ} agree, {differ} differ")


if __name__ == "__main__":
    main()
