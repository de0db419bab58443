"""Calls one PEP 517 hook of a build backend, in the interpreter that builds.

Usage: `python hook.py HOOK ANSWER_JSON BACKEND [BACKEND_PATH…]`, in the root of the unpacked sdist.
`get_requires_for_build_wheel` answers a list of requirements (empty where the hook is absent);
`build_wheel` puts the wheel beside ANSWER_JSON and answers its file name.
Runs on every Python from 3.8: standard library only.
"""

import importlib
import json
import sys
from pathlib import Path
from typing import List  # noqa: UP035 - the builtin cannot be subscripted on 3.8


def main(arguments: List[str]) -> None:  # noqa: UP006
    """Import the backend the way PEP 517 says and write what the hook returned."""
    hook, answer, backend = arguments[:3]
    del sys.path[0]  # this file's folder: its neighbours must not hide the backend's modules
    sys.path[:0] = [str(Path(path).resolve()) for path in arguments[3:]]
    sys.argv = [backend]
    module, _, attribute = backend.partition(":")
    target = importlib.import_module(module)
    for part in filter(None, attribute.split(".")):
        target = getattr(target, part)
    if hook == "build_wheel":
        result = target.build_wheel(str(Path(answer).parent), {})
    else:
        result = list(getattr(target, hook, lambda _settings: [])({}))
    Path(answer).write_text(json.dumps(result), encoding="utf-8")


main(sys.argv[1:])
