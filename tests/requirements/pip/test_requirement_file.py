"""R2 to R8 through whole files: nesting, constraints, hashes, errors with their place."""

from pathlib import Path
from traceback import format_exception

import pytest

from wheelcheck.errors import RequirementsError
from wheelcheck.requirements import read

DIGEST = "ab" * 32
VARIABLES = {"TOKEN": "s3cret"}


def names(lines):
    return [str(line.requirement) for line in lines]


def test_files_nest_relative_to_the_including_file(reading):
    found = reading(
        {
            "top.txt": "-r sub/inner.txt\nz\n",
            "sub/inner.txt": "a\n-r deeper/x.txt\n-c ../limits.txt\n",
            "sub/deeper/x.txt": "b\n",
            "limits.txt": "a<2\n",
        }
    )
    assert [(str(line.origin), line.text) for line in found.lines] == [
        ("sub/inner.txt:1", "a"),
        ("sub/deeper/x.txt:1", "b"),
        ("top.txt:2", "z"),
    ]
    assert [(str(line.origin), line.text) for line in found.constraints] == [
        ("limits.txt:1", "a<2")
    ]


def test_a_file_may_be_included_twice_but_not_in_itself(reading):
    twice = reading({"a.txt": "-r b.txt\n-r c.txt\n", "b.txt": "-r d.txt", "c.txt": "-r d.txt",
                     "d.txt": "x\n"})  # fmt: skip
    assert names(twice.lines) == ["x", "x"]
    with pytest.raises(RequirementsError) as caught:
        reading({"sub/a.txt": "-r ../sub/b.txt\n", "sub/b.txt": "-c a.txt\n"})
    assert (caught.value.file, caught.value.line) == ("sub/b.txt", 1)
    assert caught.value.why == "sub/a.txt recursively references itself in sub/b.txt"
    with pytest.raises(
        RequirementsError, match=r"b\.txt recursively .* c\.txt and again in a\.txt"
    ):
        reading({"a.txt": "-r b.txt", "b.txt": "-r c.txt", "c.txt": "-r b.txt"})


def test_includes_over_http(reading):
    pages = {
        "https://me:s3cret@x.example/d/base.txt": b"a\n-r more/b.txt\n-c https://y.example/c.txt\n",
        "https://me:s3cret@x.example/d/more/b.txt": b"b\n-r ../base2.txt\n",
        "https://me:s3cret@x.example/d/base2.txt": b"\xef\xbb\xbfd\n",
        "https://y.example/c.txt": b"b<3\n",
    }
    found = reading(
        "-r https://me:${TOKEN}@x.example/d/base.txt",
        environ={"TOKEN": "s3cret"},
        fetch=pages.__getitem__,
    )
    assert [str(line.origin) for line in found.lines] == [
        "https://****@x.example/d/base.txt:1",
        "https://****@x.example/d/more/b.txt:1",
        "https://****@x.example/d/base2.txt:1",
    ]
    assert names(found.constraints) == ["b<3"]
    assert "s3cret" not in repr(found)


def test_a_cycle_over_http(reading):
    with pytest.raises(RequirementsError, match="recursively references itself"):
        reading("-r https://x.example/a.txt", fetch=lambda _: b"-r ./a.txt")


@pytest.mark.parametrize("how", [{}, {"fetch": None}])
def test_a_url_without_a_way_to_fetch_it(reading, how):
    with pytest.raises(RequirementsError, match=r"requirements\.txt:1.*reading a URL is not"):
        reading("-r https://x.example/a.txt", **how)


def test_a_fetch_that_fails_names_the_line_and_hides_the_token(reading):
    def fetch(url):
        raise OSError(f"404 for {url}")

    with pytest.raises(RequirementsError) as caught:
        reading("\n-r https://me:s3cret@x.example/a.txt", fetch=fetch)
    assert caught.value.line == 2
    assert "404 for https://****@x.example/a.txt" in str(caught.value)
    assert "s3cret" not in repr(caught.value)


def test_a_file_url(reading, folder):
    (folder / "b.txt").write_text("b\n-r c.txt\n")
    (folder / "c.txt").write_text("c\n")
    assert names(reading(f"-r {(folder / 'b.txt').as_uri()}").lines) == ["b", "c"]


def test_a_missing_file_names_the_line_that_wants_it(reading):
    with pytest.raises(RequirementsError) as caught:
        reading({"sub/a.txt": "-r nowhere.txt  # why\n"})
    assert str(caught.value) == (
        "sub/a.txt:1: '-r nowhere.txt': sub/nowhere.txt cannot be opened: No such file or directory"
    )


def test_requirements_within_constraints_are_requirements(reading):
    found = reading({"a.txt": "-c b.txt", "b.txt": "x<2\n-r c.txt", "c.txt": "y"})
    assert (names(found.constraints), names(found.lines)) == (["x<2"], ["y"])


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("-e git+https://x.example/a.git#egg=a", "editable"),
        ("https://x.example/main.zip", "unnamed"),
        ("https://x.example/a-1.0.tar.gz", "unnamed"),  # only building it tells pip the name
        ("git+https://x.example/a.git", "unnamed"),
    ],
)
def test_constraints_that_pip_refuses(reading, line, why):
    with pytest.raises(RequirementsError, match=rf"c\.txt:1.*{why}"):
        reading({"a.txt": "-c c.txt", "c.txt": line})


def test_constraints_may_be_urls(reading):
    found = reading(
        {
            "a.txt": "-c c.txt",
            "c.txt": "https://x.example/a-1.0-py3-none-any.whl\n"
            "b @ https://x.example/b.zip\nc @ git+https://x.example/c.git\n",
        }
    )
    assert names(found.constraints) == [
        "a @ https://x.example/a-1.0-py3-none-any.whl",
        "b @ https://x.example/b.zip",
    ]
    (skipped,) = found.skipped
    assert (skipped.name, skipped.why.code) == ("c", "direct-constraint")


def test_hashes_belong_to_their_line_and_bind_all(reading):
    found = reading(
        f"a==1 \\\n  --hash=sha256:{DIGEST} \\\n  --hash=sha512:cd\nb @ https://x.example/b-1.zip#sha1=ef\n"
    )
    assert [line.hashes for line in found.lines] == [
        {f"sha256:{DIGEST}", "sha512:cd"},
        {"sha1:ef"},
    ]
    assert found.lines[0].text == "a==1"
    assert found.policy.require_hashes


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("a\n", False),
        ("--require-hashes\na", True),
        ("a @ https://x.example/a-1.zip#sha256=12", False),  # a fragment is a hash, not a wish
        ("-c c.txt", True),
        ("a --hash=sha256:12\n--no-require-hashes", False),
    ],
)
def test_when_hashes_are_required(reading, content, expected):
    found = reading({"requirements.txt": content, "c.txt": "a --hash=sha256:12"})
    assert found.policy.require_hashes is expected


def test_skipped_lines_keep_name_marker_and_place(reading):
    found = reading(
        "a\n"
        "b @ git+https://me:s3cret@x.example/b.git ; sys_platform == 'win32'\n"
        "-e git+https://x.example/c.git#egg=c\n"
        "d\n"
    )
    assert names(found.lines) == ["a", "d"]
    assert [(str(s.origin), s.why.code, s.name) for s in found.skipped] == [
        ("requirements.txt:2", "vcs-requirement", "b"),
        ("requirements.txt:3", "editable-requirement", "c"),
    ]
    assert str(found.skipped[0].marker) == 'sys_platform == "win32"'
    assert found.skipped[1].text == "-e git+https://x.example/c.git#egg=c"
    assert "s3cret" not in repr(found)


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("pandas=2", "did you mean =="),
        ("--no-such-option", "no such option"),
        ("a --hash=sha1:12", "sha256, sha384, sha512, not sha1"),
        ("a @ https://me:s3cret@x.example/not_a_wheel.whl", "Invalid wheel filename"),
        ("a=${TOKEN}", "did you mean =="),
        ("-e nowhere", "there is no such directory"),
        ("-e https://x.example/a", "an editable requirement is"),
        ("--index-url 'https://me:s3cret@x.example", "cannot be split"),
        ("[build-system]", "Expected"),
    ],
)
def test_a_refused_line_has_file_line_text_and_reason_without_secrets(reading, line, why):
    found = reading(f"ok\n\n{line}  # remark\n", environ=VARIABLES)
    (refused,) = found.skipped
    assert str(refused.origin) == "requirements.txt:3"
    assert refused.text == line.replace("me:s3cret", "****")
    assert why in refused.why.reason
    assert "s3cret" not in repr(found)


def test_an_error_names_file_line_text_and_reason_without_secrets(reading):
    line = "a @ https://me:s3cret@x.example/not_a_wheel.whl"
    with pytest.raises(RequirementsError, match="Invalid wheel filename") as caught:
        reading(f"\n\n{line}  # remark\n", environ=VARIABLES)
    assert (caught.value.file, caught.value.line) == ("requirements.txt", 3)
    assert caught.value.text == line.replace("me:s3cret", "****")
    assert "s3cret" not in repr(caught.value) + "".join(format_exception(caught.value))


@pytest.mark.parametrize(
    "line",
    [
        "b==",
        "./nowhere",
        "-e ./nowhere",
        "./nowhere ; sys_platform == 'win32'",  # pip reads it before its marker
        "-r nowhere.txt",
        "-c nowhere.txt",
        "-r good_and_bad.txt",
        "--no-such-option",
        "b @ https://x.example/not_a_wheel.whl",
        "<<<<<<< HEAD",
    ],
)
def test_a_line_that_pip_refuses_leaves_the_others_as_they_are(reading, line):
    good = {"good_and_bad.txt": "c\nb==", "c.txt": "d<2"}
    lines = ["a>1 ; python_version > '3'", "-c c.txt", "--pre", "e --hash=sha256:12"]
    without = reading({"requirements.txt": "\n".join(lines), **good})
    for place in range(len(lines) + 1):
        changed = [*lines[:place], line, *lines[place:]]
        found = reading({"requirements.txt": "\n".join(changed), **good})
        added = [each.text for each in found.lines if each.text != "c"]
        assert added == [each.text for each in without.lines]
        assert [each.text for each in found.constraints] == ["d<2"]
        assert found.policy == without.policy
        (refused,) = found.skipped
        assert refused.why.code == "line-refused"
        assert refused.origin.line == (2 if "good_and" in line else place + 1)


def test_a_slip_that_looks_like_toml_is_a_line_of_a_requirement_file(reading):
    with pytest.raises(RequirementsError, match="did you mean =="):
        reading("pandas=2\n")
    (refused,) = reading("pandas=2\nsix\n").skipped
    assert "did you mean ==" in refused.why.reason


def test_a_file_of_which_pip_refuses_more_lines_than_it_reads_is_no_requirement_file(reading):
    with pytest.raises(RequirementsError, match=r"requirements\.txt:1: 'import os, sys'"):
        reading("import os, sys\n\nimport json as js\nprint\n")


@pytest.mark.parametrize(
    ("line", "warning"),
    [
        ("--pre a", "pip drops 'a'"),
        ("a --index-url https://x.example", "--index-url has no effect behind a requirement"),
        ("a --pre", "--pre has no effect"),
        ("--hash=sha256:12", "--hash without a requirement"),
        ("-r b.txt -r c.txt", "reads only the first"),
        ("a --global-option=--fast", "refused since pip 25.3"),
    ],
)
def test_what_pip_passes_over_in_silence_is_a_warning(reading, line, warning):
    found = reading({"requirements.txt": line, "b.txt": "b", "c.txt": "c"})
    assert len(found.warnings) == 1
    assert found.warnings[0].startswith("requirements.txt:1: ")
    assert warning in found.warnings[0]


def test_known_features_and_settings_are_no_matter(reading):
    found = reading("--use-feature fast-deps\na --config-settings k=v\n--trusted-host x.example\n")
    assert found.warnings == ()
    assert found.index.trusted_hosts == ("x.example",)


EXAMPLES = Path(__file__).parents[3] / "data" / "requirements"


@pytest.mark.parametrize(
    ("file", "lines", "constraints"),
    [
        ("big.txt", 38, 0),
        ("nested/requirements.txt", 9, 3),
        ("pinned-2021.txt", 21, 0),
        ("science.txt", 22, 0),
        ("story.txt", 2, 0),
        ("story-2020.txt", 2, 0),
        ("web.txt", 30, 0),
    ],
)
def test_the_example_files(file, lines, constraints):
    found = read([EXAMPLES / file])
    assert (len(found.lines), len(found.constraints)) == (lines, constraints)
    assert (found.skipped, found.warnings) == ((), ())


def test_the_example_of_every_habit():
    found = read([EXAMPLES / "nested" / "requirements.txt"])
    assert names(found.lines) == [
        "requests[socks]~=2.31",
        "Pillow",
        "ruamel.yaml",
        'uvloop; sys_platform == "linux" and platform_python_implementation == "CPython"',
        'pywin32; sys_platform == "win32"',
        'tomli>=2; python_version < "3.11"',
        'importlib-metadata; python_version < "3.10"',
        "celery[msgpack,redis]<6,>=5.3",
        'rpds-py; platform_machine in "x86_64 aarch64"',
    ]
    assert names(found.constraints) == ["urllib3<2.3", "pillow<12,>=10", "kombu<5.5"]
    assert found.policy.prefer_binary
