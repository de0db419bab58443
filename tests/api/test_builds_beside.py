"""Builds that another process plans are reported as those that this one plans."""

import hashlib
import json
import os
import signal
from collections.abc import Iterator
from http import HTTPStatus

import pytest
from archive_builders import tar_of, wheel_of
from loopback import Request, Response, Server

from wheelcheck import check
from wheelcheck.analysis.builds.builds_beside import BuildsBeside
from wheelcheck.analysis.builds.planning import SourceBuilds

pytestmark = pytest.mark.skipif(not hasattr(os, "sched_getaffinity"), reason="forks on Linux alone")

TARGETS = [
    "cp312-manylinux_2_36_x86_64",
    "cp312-musllinux_1_2_x86_64",
    "cp313-manylinux_2_36_aarch64",
]
PYPROJECT = '[build-system]\nrequires = ["tool<2"]\nbuild-backend = "tool"\n'


def sdist(name: str, pyproject: str) -> bytes:
    root = f"{name}-1.0"
    return tar_of(
        {
            f"{root}/PKG-INFO": f"Metadata-Version: 2.2\nName: {name}\nVersion: 1.0\n",
            f"{root}/pyproject.toml": pyproject,
            f"{root}/{name}.c": "#include <zlib.h>\nint a(void) { return 0; }\n",
        }
    )


FILES = {
    "app-1.0.tar.gz": sdist("app", PYPROJECT),
    "part-1.0.tar.gz": sdist("part", PYPROJECT.replace("tool<2", "tool>1.5")),
    "part-1.0-cp312-cp312-manylinux_2_17_x86_64.whl": wheel_of("part", "1.0"),
    "tool-1.0-py3-none-any.whl": wheel_of("tool", "1.0", requires=("lib",)),
    "tool-2.0-py3-none-any.whl": wheel_of("tool", "2.0"),
    "lib-1.0-py3-none-any.whl": wheel_of("lib", "1.0"),
}


def answer(request: Request) -> Response:
    kind, name = request.path.strip("/").split("/")[:2]
    if kind == "files":
        data = FILES.get(name)
        return Response(HTTPStatus.OK, {}, data) if data else Response(HTTPStatus.NOT_FOUND)
    files = [
        {
            "filename": file,
            "url": f"/files/{file}",
            "size": len(data),
            "hashes": {"sha256": hashlib.sha256(data).hexdigest()},
        }
        for file, data in FILES.items()
        if file.startswith(f"{name}-")
    ]
    if not files:
        return Response(HTTPStatus.NOT_FOUND)
    page = json.dumps({"meta": {"api-version": "1.1"}, "files": files})
    return Response(HTTPStatus.OK, {"Content-Type": JSON}, page.encode())


JSON = "application/vnd.pypi.simple.v1+json"


@pytest.fixture
def url() -> Iterator[str]:
    server = Server(answer, threaded=True).start()
    yield f"http://127.0.0.1:{server.port}/simple/"
    server.stop()


@pytest.fixture
def judged(url, tmp_path, monkeypatch):
    monkeypatch.setattr("wheelcheck.analysis.builds.builds_beside.LEAST_LEFT", 1)

    def judge(
        *targets: str, fetchers: int = 2, packages: str = "app part", **options: object
    ) -> object:
        monkeypatch.setattr("wheelcheck.index.client.possible_fetchers", lambda: fetchers)
        report = check(
            packages.split(),
            targets=targets or TARGETS,
            index_url=url,
            cache_dir=tmp_path / f"cache-{len(list(tmp_path.iterdir()))}",
            **options,
        )
        return report.model_dump_json()

    return judge


@pytest.mark.parametrize("advice", [False, True])
def test_a_helper_plans_what_the_process_would_plan_itself(judged, forked, advice):
    beside = judged(advice=advice)
    assert len(forked) == 2
    alone = judged(advice=advice, fetchers=0)
    assert len(forked) == 2
    assert beside == alone
    builds = json.loads(beside)["builds"]
    assert [[b["name"] for b in plan["builds"]] for plan in builds] == [
        ["app"],
        ["app", "part"],
        ["app", "part"],
    ]


def test_the_process_itself_plans_nothing_where_a_helper_does(judged, monkeypatch):
    alone = judged(advice=False, fetchers=0)
    first = os.getpid()
    plan = SourceBuilds.of

    def elsewhere(*arguments: object) -> object:
        assert os.getpid() != first
        return plan(*arguments)

    monkeypatch.setattr(SourceBuilds, "of", elsewhere)
    assert judged(advice=False) == alone


@pytest.mark.parametrize("answered", [0, 1, 2])
def test_a_helper_that_is_killed_changes_no_answer(judged, forked, monkeypatch, answered):
    alone = judged(advice=False, fetchers=0)
    serve = BuildsBeside._serve

    def killed(builds: BuildsBeside, questions: list[object]) -> Iterator[object]:
        for number, each in enumerate(serve(builds, questions)):
            if number == answered:
                os.kill(os.getpid(), signal.SIGKILL)
            yield each

    monkeypatch.setattr(BuildsBeside, "_serve", killed)
    assert judged(advice=False) == alone
    assert len(forked) == 2


def test_a_direct_reference_is_read_by_the_process_itself(judged, forked, url):
    packages = f"app@{url.removesuffix('simple/')}files/app-1.0.tar.gz part"
    beside = judged(packages=packages, advice=False)
    assert len(forked) == 1
    assert beside == judged(packages=packages, advice=False, fetchers=0)


def test_a_short_question_takes_no_helper(judged, forked, monkeypatch):
    monkeypatch.setattr("wheelcheck.analysis.builds.builds_beside.LEAST_LEFT", 5)
    judged(advice=False)
    assert len(forked) == 1, "two files on two more targets"


def test_a_single_target_and_images_take_no_helper(judged, forked):
    judged(TARGETS[0], advice=False)
    assert len(forked) == 1
    judged("python:3.12-slim", "python:3.12-alpine", advice=False)
    assert len(forked) == 2
