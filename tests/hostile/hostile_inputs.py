"""Inputs with one bad part beside an honest requirement: lines, Dockerfiles, locks, projects."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

__all__ = ["BAD_LINES", "Input", "inputs"]

DIGITS = "9" * 5000

BAD_LINES: Mapping[str, str] = {
    # direct references
    "url-bracket": "foo @ http://[",
    "url-bracket-bare": "http://[",
    "url-long-host": f"foo @ http://{'a' * 64}.example/foo-1.0-py3-none-any.whl",
    "url-empty-label": "foo @ http://a..b/foo-1.0-py3-none-any.whl",
    "url-port": "foo @ http://127.0.0.1:99999/foo-1.0-py3-none-any.whl",
    "url-port-digits": f"foo @ http://127.0.0.1:{DIGITS}/foo-1.0-py3-none-any.whl",
    "url-closed": "foo @ http://127.0.0.1:9/foo-1.0-py3-none-any.whl",
    "url-nul": "foo @ http://127.0.0.1:9/\0/foo-1.0-py3-none-any.whl",
    "url-arabic": "foo @ http://127.0.0.1:\u0661/foo-1.0-py3-none-any.whl",
    "url-hash": "foo @ http://127.0.0.1:9/foo-1.0-py3-none-any.whl#sha256=zz",
    "url-hash-odd": "foo @ http://127.0.0.1:9/foo-1.0-py3-none-any.whl#sha256=",
    "url-version-digits": f"foo @ http://127.0.0.1:9/foo-{DIGITS}.tar.gz",
    "url-archive": "foo @ http://127.0.0.1:9/archive/main.zip",
    "url-unicode": "foo @ http://\u2100.example/foo-1.0-py3-none-any.whl",
    "url-credentials": "foo @ http://who:pw@127.0.0.1:9/foo-1.0-py3-none-any.whl",
    "url-egg": "http://127.0.0.1:9/x.zip#egg=../../etc",
    "url-scheme": "foo @ gopher://x/foo-1.0.tar.gz",
    "url-vcs": "foo @ git+https://127.0.0.1:9/foo@main",
    "url-vcs-odd": "foo @ git+ssh://[/foo",
    "url-data": "foo @ data:text/plain,x",
    "url-marker": "foo @ http://127.0.0.1:9/foo-1.0-py3-none-any.whl ; sys_platform ~= '1'",
    "url-elsewhere": "foo @ http://[ ; sys_platform == 'win32'",
    # paths
    "file-nul": "foo @ file:///a%00b/foo-1.0-py3-none-any.whl",
    "file-long": f"foo @ file:///{'a' * 5000}/foo-1.0-py3-none-any.whl",
    "file-many": f"foo @ file:///{'a/' * 5000}foo-1.0-py3-none-any.whl",
    "file-missing": "foo @ file:///nowhere/foo-1.0-py3-none-any.whl",
    "file-missing-elsewhere": "foo @ file:///nowhere/foo-1.0-py3-none-any.whl ; os_name=='nt'",
    "file-conda": "foo @ file:///home/conda/feedstock_root/build_artifacts/foo_1/work",
    "file-conda-elsewhere": "foo @ file:///tmp/build/80754af9/foo_1/work ; os_name=='nt'",
    "file-windows": "foo @ file:///C:/ci/foo_1/work",
    "file-device": "foo @ file:///dev/zero",
    "file-null": "foo @ file:///dev/null",
    "file-folder": "foo @ file:///etc",
    "file-host": "foo @ file://elsewhere/foo-1.0-py3-none-any.whl",
    "file-bare": "file:///nowhere/foo-1.0-py3-none-any.whl",
    "path-missing": "./nowhere/foo-1.0-py3-none-any.whl",
    "path-missing-elsewhere": "./nowhere/foo-1.0-py3-none-any.whl ; sys_platform == 'win32'",
    "path-folder": "./nowhere",
    "path-nul": "./a\0b/foo-1.0.tar.gz",
    "path-long": f"./{'a' * 5000}.whl",
    "path-device": "/dev/zero",
    "path-odd-wheel": "./foo.whl",
    "editable-missing": "-e ./nowhere",
    "editable-nul": "-e ./a\0b",
    "editable-url": "-e http://[",
    "editable-vcs": "-e git+https://127.0.0.1:9/x",
    "editable-file": "-e file:///nowhere",
    # markers
    "marker-compare": "foo ; sys_platform ~= '1'",
    "marker-digits": f"foo ; python_version >= '{DIGITS}'",
    "marker-full-digits": f"foo ; python_full_version < '3.{DIGITS}'",
    "marker-arbitrary": "foo ; python_version === 'x'",
    "marker-unknown": "foo ; elsewhere == '1'",
    "marker-extras": "foo ; 'x' in extras",
    "marker-groups": "foo ; 'x' in dependency_groups",
    "marker-extra": "foo ; extra == 'x'",
    "marker-extra-order": "foo ; extra ~= 'x'",
    "marker-nested": "foo ; " + "(" * 300 + "os_name == 'nt'" + ")" * 300,
    "marker-deep": "foo ; " + "(" * 4000 + "os_name == 'nt'" + ")" * 4000,
    "marker-many": "foo ; " + " or ".join(["os_name == 'nt'"] * 3000),
    "marker-empty": "foo ;",
    "marker-constants": "foo ; 'a' == 'b'",
    "marker-version": "foo ; platform_version >= '#1 SMP'",
    "marker-release": "foo ; platform_release ~= '5.x'",
    "marker-implementation": "foo ; implementation_version ~= 'zzz'",
    # versions
    "version-digits": f"foo=={DIGITS}",
    "version-epoch": f"foo=={DIGITS}!1",
    "version-local": f"foo==1+{DIGITS}",
    "version-post": f"foo>=1.post{DIGITS}",
    "version-arbitrary": "foo===not a version",
    "version-arbitrary-long": f"foo==={'x' * 50_000}",
    "version-star": "foo==1.*.*",
    "version-legacy": "foo>=2004d",
    "version-clauses": "foo" + ",".join([">=0"] * 5000),
    "version-dots": "foo==" + "1." * 5000 + "1",
    "version-empty": "foo==",
    "version-tilde": "foo~=1",
    # names and extras
    "name-unknown": "no-such-project",
    "name-long": "a" * 100_000,
    "name-unicode": "fo\u00f6",
    "name-control": "foo\x1b[31m",
    "name-surrogate": "foo\udcff",
    "name-dots": "a." * 3000 + "a",
    "name-path": "../foo",
    "name-percent": "foo%00",
    "name-quotes": "\"foo'",
    "extras-unknown": "no-such-project[x]",
    "extras-many": f"foo[{','.join(f'e{n}' for n in range(3000))}]",
    "extras-open": "foo[",
    "extras-nested": "foo[[a]]",
    "spaces": "foo bar baz",
    "wide-spaces": "foo\u3000>=\u30001",
    "only-operator": ">=1",
    "semicolons": ";" * 3000,
    "commas": "," * 3000,
    "long-line": "foo " + "x" * 900_000,
    "long-blank": " " * 900_000 + "foo",
    "long-comment": "foo #" + "#" * 900_000,
    "many-hashes": "foo " + "# " * 200_000,
    "form-feed": "foo\x0c==1",
    "vertical-tab": "foo\x0bbar",
    "line-separator": "foo\u2028bar",
    "next-line": "foo\u0085bar",
    "nul": "foo\0bar",
    "bom-inside": "\ufefffoo",
    "right-to-left": "\u202efoo",
    "backslash": "foo\\",
    "backslashes": "foo \\\n" * 5000,
    "markup": "<script>alert(1)</script>",
    "conflict-marker": "<<<<<<< HEAD",
    "yaml": "- foo: bar",
    "json": '{"foo": "1"}',
    "toml": '[project]\nname = "x"',
    "html": "<!DOCTYPE html><html><body>not found</body></html>",
    # options
    "option-unknown": "--no-such-option",
    "option-index": "--extra-index-url http://127.0.0.1:9/simple/",
    "option-index-bracket": "--extra-index-url http://[",
    "option-index-file": "--extra-index-url file:///nowhere",
    "option-index-device": "--extra-index-url file:///dev/zero",
    "option-links-missing": "--find-links ./nowhere",
    "option-links-device": "--find-links /dev/zero",
    "option-links-bracket": "--find-links http://[",
    "option-links-closed": "--find-links http://127.0.0.1:9/",
    "option-links-nul": "--find-links ./a\0b",
    "option-host": "--trusted-host [",
    "option-host-odd": "--trusted-host a..b",
    "option-quotes": "--find-links 'open",
    "option-hash-odd": "foo --hash=sha256:",
    "option-hash-kind": "foo --hash=md5:00",
    "option-format": "--only-binary ,,,",
    "option-format-many": "--only-binary " + ",".join(f"p{n}" for n in range(9000)),
    "option-include": "-r nowhere.txt",
    "option-include-self": "-r requirements.txt",
    "option-include-device": "-r /dev/zero",
    "option-include-folder": "-r /etc",
    "option-include-url": "-r http://127.0.0.1:9/x.txt",
    "option-include-bracket": "-r http://[",
    "option-include-nul": "-r a\0b",
    "option-include-long": f"-r {'a' * 5000}",
    "option-constraint": "-c nowhere.txt",
    "option-global": "foo --global-option=--x",
    "option-config": "foo --config-settings x",
    "option-many": "foo " + "--hash=sha256:00 " * 20_000,
    "variable": "foo==${NO_SUCH_VARIABLE}",
}


@dataclass(frozen=True, slots=True)
class Input:
    """Files to write, and the words of the command; ``{base}`` is where the index begins."""

    name: str
    files: Mapping[str, bytes]
    words: tuple[str, ...]
    environ: Mapping[str, str] = field(default_factory=dict)

    @property
    def family(self) -> str:
        """What comes before the first colon of its name."""
        return self.name.partition(":")[0]


_ON = ("--target", "python:3.12-slim")


def inputs() -> list[Input]:
    """All inputs; their names are unique."""
    found = [*_lines(), *_files(), *_dockerfiles(), *_documents()]
    assert len({each.name for each in found}) == len(found)
    return found


def _requirements(name: str, data: bytes, **more: bytes) -> Input:
    files = {"requirements.txt": data, **{key.replace("_", "."): more[key] for key in more}}
    return Input(name, files, ("requirements.txt", *_ON))


def _lines() -> Iterator[Input]:
    for name, line in BAD_LINES.items():
        text = f"honest\n{line}\n".encode("utf-8", "surrogateescape")
        yield _requirements(f"line:{name}", text)


def _files() -> Iterator[Input]:
    for name, data in {
        "coding-unknown": b"# -*- coding: klingon -*-\nhonest\n",
        "coding-rot13": b"# -*- coding: rot13 -*-\nhonest\n",
        "coding-base64": b"# -*- coding: base64 -*-\nhonest\n",
        "coding-hex": b"# -*- coding: hex -*-\nhonest\n",
        "coding-zip": b"# -*- coding: zip -*-\nhonest\n",
        "coding-idna": b"# -*- coding: idna -*-\nhonest\n",
        "coding-punycode": b"# -*- coding: punycode -*-\nhonest\n",
        "coding-undefined": b"# -*- coding: undefined -*-\nhonest\n",
        "coding-utf-7": b"# -*- coding: utf-7 -*-\nhonest\n",
        "coding-escape": b"# -*- coding: unicode_escape -*-\nhonest\n\\x\n",
        "coding-charmap": b"# -*- coding: charmap -*-\nhonest\n",
        "coding-mbcs": b"# -*- coding: mbcs -*-\nhonest\n",
        "coding-long": b"# coding: " + b"x" * 5000 + b"\nhonest\n",
        "not-utf8": b"honest\n# \xff\xfe\xfa\n",
        "utf16-cut": b"\xff\xfeh\0o\0n\0e",
        "utf16": "honest\n".encode("utf-16"),
        "utf32-odd": b"\xff\xfe\0\0\xff\xff\xff\xff",
        "empty": b"",
        "nul": b"\0" * 5000,
        "newlines": b"\n" * 900_000,
        "carriage": b"honest\r" + b"\r" * 900_000,
        "one-name": b"honest\n" * 64_000,
        "one-name-clauses": b"".join(b"honest>=0.%d\n" % n for n in range(20_000)),
        "many-names": b"honest\n" + b"".join(b"p%d ; os_name == 'nt'\n" % n for n in range(20_000)),
        "comments": b"honest\n" + b"# x\n" * 250_000,
        "continued": b"honest\n" + b"# x \\\n" * 150_000,
        "continued-blank": b"honest\n" + b" \\\n" * 300_000,
        "options": b"honest\n" + b"--pre\n" * 90_000,
        "hashes": b"honest " + b"--hash=sha256:" + b"0" * 900_000,
        "variables": b"honest # " + b"${A}" * 200_000,
        "secrets": b"honest\nfoo @ http://" + b"a@" * 300_000,
        "queries": b"honest\nfoo @ http://h/?" + b"token-" * 100_000 + b"=x",
        "binary": bytes(range(256)) * 200,
        "elf": b"\x7fELF" + b"\0" * 3000,
        "zip": b"PK\3\4" + b"\0" * 3000,
    }.items():
        yield _requirements(f"file:{name}", data)
    chain = {f"r{n}.txt": f"-r r{n + 1}.txt\n".encode() for n in range(3000)}
    chain["r3000.txt"] = b"honest\n"
    yield Input("file:include-chain", chain, ("r0.txt", *_ON))
    fan = {f"r{n}.txt": f"-r r{n + 1}.txt\n-r r{n + 1}.txt\n".encode() for n in range(40)}
    fan["r40.txt"] = b"honest\n"
    yield Input("file:include-doubling", fan, ("r0.txt", *_ON))
    circle = {"a.txt": b"honest\n-r b.txt\n", "b.txt": b"-r a.txt\n"}
    yield Input("file:include-circle", circle, ("a.txt", *_ON))
    for name, words in {
        "device": ("/dev/zero",),
        "null": ("/dev/null",),
        "folder": ("/etc",),
        "missing": ("nowhere.txt",),
        "pipe": ("PIPE.txt",),
        "nul": ("a\0b.txt",),
        "long": ("a" * 5000 + ".txt",),
        "proc": ("/proc/self/mem",),
    }.items():
        yield Input(f"open:{name}", {}, (*words, *_ON))
    honest = {"requirements.txt": b"honest\n"}
    for option in ("-c", "--find-links", "--policy", "--output"):
        for name, path in {"pipe": "PIPE.txt", "device": "/dev/full", "folder": "/etc"}.items():
            words = ("requirements.txt", option, path, *_ON)
            yield Input(f"option:{option.strip('-')}:{name}", honest, words)
    yield Input("option:netrc:pipe", honest, ("requirements.txt", *_ON), {"NETRC": "PIPE.txt"})
    yield Input(
        "option:proxy:socks",
        honest,
        ("requirements.txt", *_ON),
        {"ALL_PROXY": "socks5://127.0.0.1:9", "no_proxy": ""},
    )
    yield Input(
        "option:proxy:odd",
        honest,
        ("requirements.txt", *_ON),
        {"HTTP_PROXY": "http://[", "no_proxy": ""},
    )
    yield Input(
        "option:proxy:no-proxy",
        honest,
        ("requirements.txt", *_ON),
        {"ALL_PROXY": "socks5://127.0.0.1:9", "NO_PROXY": "127.0.0.1"},
    )
    for name, text in {
        "digits": f"[tool.wheelcheck]\nmax-build-minutes = {DIGITS}\n",
        "nan": "[tool.wheelcheck]\nmax-build-minutes = nan\n",
        "types": "[tool.wheelcheck]\nfail-on = 5\nallow = 'x'\n",
        "deep": "[tool.wheelcheck]\nallow = " + "[" * 5000 + "\n",
        "syntax": "[tool.wheelcheck\n",
        "date": "[tool.wheelcheck]\nallow = [{package='x', until=9999-12-31, reason='x'}]\n",
    }.items():
        files = {**honest, "policy.toml": text.encode()}
        words = ("requirements.txt", "--policy", "policy.toml", *_ON)
        yield Input(f"policy:{name}", files, words)


def _dockerfiles() -> Iterator[Input]:
    first = "FROM python:3.12-slim\nRUN pip install -i {base}/simple/ honest\n"
    chosen = (*(key for key in BAD_LINES if key.startswith(("url", "file", "path", "marker"))),)
    for name in chosen:
        line = BAD_LINES[name]
        if len(line) < 3000 and "\0" not in line:
            step = f'RUN pip install -i {{base}}/simple/ "{line}"\n'
            yield _dockerfile(f"step:{name}", first + step)
    for name, text in {
        "dead-index": first + "RUN pip install -i http://127.0.0.1:9/simple/ other\n",
        "dead-index-first": "FROM python:3.12-slim\n"
        "RUN pip install -i http://127.0.0.1:9/simple/ other\n"
        "RUN pip install -i {base}/simple/ honest\n",
        "bracket-index": first + "RUN pip install -i http://[ other\n",
        "dead-links": first + "RUN pip install --no-index -f http://127.0.0.1:9/ other\n",
        "unknown-image": "FROM nowhere/x:1 AS a\nRUN pip install x\n" + first,
        "digits-image": f"FROM python:{'9' * 5000} AS a\nRUN pip install x\n" + first,
        "substitution": first + "RUN pip install $(cat /dev/zero)\n",
        "here-document": first + "RUN <<EOF\npip install -r /dev/zero\nEOF\n",
        "unclosed": first + 'RUN pip install "open\n',
        "nested": first + "RUN " + "(" * 300 + "pip install x" + ")" * 300 + "\n",
        "long": first + "RUN pip install " + "x " * 5000 + "\n",
        "copy-odd": "FROM python:3.12-slim\nCOPY [\n" + first.partition("\n")[2],
        "device": first + "COPY requirements.txt /r.txt\nRUN pip install -r /dev/zero\n",
        "arg": "ARG A=" + "x" * 9000 + "\n" + first,
        "stages": "".join(f"FROM python:3.12-slim AS s{n}\n" for n in range(300)) + first,
        "variables": first + "ENV A=1\n" + "ENV A=$A$A\n" * 40 + "RUN pip install $A\n",
        "variables-line": first + "RUN pip install " + "${A:-x}" * 3000 + "\n",
        "continued": first + "RUN pip install x" + " \\\n  y" * 5000 + "\n",
        "platform": f"FROM --platform={'x' * 5000} python:3.12-slim AS a\n" + first,
        "include": first + "RUN pip install -r nowhere.txt\n",
        "braces": first + "RUN pip install {a,b}" + "{a,b}" * 12 + "\n",
        "glob": first + "COPY * /\nRUN pip install *.whl\n",
    }.items():
        yield _dockerfile(f"dockerfile:{name}", text)


def _dockerfile(name: str, text: str) -> Input:
    data = text.encode("utf-8", "surrogateescape")
    return Input(name, {"Dockerfile": data}, ("Dockerfile",))


def _documents() -> Iterator[Input]:
    project = '[project]\nname = "app"\nversion = "1"\ndependencies = ["honest", %s]\n'
    for name in (
        k for k in BAD_LINES if k.startswith(("url", "file", "marker", "version", "name"))
    ):
        line = json.dumps(BAD_LINES[name])
        text = project % line.replace("\\udc", "\\u00").replace("\\u0000", "")
        yield Input(f"project:{name}", {"pyproject.toml": text.encode()}, ("pyproject.toml", *_ON))
    for name, text in {
        "deep": "a = " + "[" * 5000,
        "digits": f"a = {DIGITS}\n",
        "dependencies-types": '[project]\nname = "app"\ndependencies = ["honest", 5, []]\n',
        "requires-python": f'[project]\nname = "app"\nrequires-python = ">={DIGITS}"\n'
        'dependencies = ["honest"]\n',
        "groups-circle": '[project]\nname = "app"\ndependencies = ["honest"]\n'
        '[dependency-groups]\na = [{include-group = "b"}]\nb = [{include-group = "a"}]\n',
        "many": project % ",".join(["\"x ; os_name == 'nt'\""] * 20_000),
    }.items():
        yield Input(f"toml:{name}", {"pyproject.toml": text.encode()}, ("pyproject.toml", *_ON))
    wheel = "honest-1.0-cp312-cp312-manylinux_2_17_x86_64.whl"
    packages = (
        'lock-version = "1.0"\ncreated-by = "x"\n[[packages]]\nname = "honest"\nversion = "1.0"\n'
        f'[[packages.wheels]]\nname = "{wheel}"\nurl = "{{base}}/files/{wheel}"\n'
        f'hashes = {{sha256 = "{"0" * 64}"}}\n'
    )
    for name, more in {
        "size": "size = 18446744073709551616\n",
        "size-negative": "size = -1\n",
        "url": '[[packages]]\nname = "foo"\nversion = "1"\n[[packages.wheels]]\nurl = "http://["\n'
        'hashes = {sha256 = "00"}\n',
        "file": '[[packages]]\nname = "foo"\nversion = "1"\n[[packages.wheels]]\n'
        'path = "/dev/zero"\nhashes = {sha256 = "00"}\n',
        "marker": '[[packages]]\nname = "foo"\nversion = "1"\nmarker = "sys_platform ~= \'1\'"\n',
        "version": f'[[packages]]\nname = "foo"\nversion = "{DIGITS}"\n',
        "hashes": '[[packages]]\nname = "foo"\nversion = "1"\n[[packages.wheels]]\n'
        'url = "{base}/files/foo-1-py3-none-any.whl"\nhashes = {}\n',
        "types": "[[packages]]\nname = 5\nversion = []\n",
        "date": '[[packages]]\nname = "foo"\nversion = "1"\n[[packages.wheels]]\n'
        'url = "{base}/x/foo-1-py3-none-any.whl"\nupload-time = 9999-12-31T23:59:59Z\n'
        'hashes = {sha256 = "00"}\n',
    }.items():
        files = {"pylock.toml": (packages + more).encode()}
        yield Input(f"pylock:{name}", files, ("pylock.toml", *_ON))
