"""What decides how far a setup script comes: files, words of the command line, other modules."""

from __future__ import annotations

import pytest
from packaging.version import Version

from wheelcheck.builds.obstacles.board_checks import board_checks
from wheelcheck.builds.obstacles.importable import Importable
from wheelcheck.builds.obstacles.setup_run.certain_run import certain_stop
from wheelcheck.builds.obstacles.setup_run.run_state import RunSettings
from wheelcheck.builds.obstacles.setup_run.stop import Stop
from wheelcheck.builds.obstacles.version_attribute import version_attribute_stop

SETUP = "from setuptools import setup\nsetup(name='x')\n"


def run(text: str, files: dict[str, str] | None = None, **versions: str) -> Stop | None:
    texts = {"setup.py": text, **(files or {})}
    installed = {"setuptools": "84.2.1", **versions}
    finds = Importable((3, 13), {name: Version(v) for name, v in installed.items()})
    return certain_stop(texts, frozenset(texts), finds, RunSettings())


WANTS_LIBRARY = """
import os, shutil, subprocess, sys
def clean():
    shutil.rmtree('build')
class Clean:
    def run(self):
        subprocess.call(['make', 'clean'])
{first}
if not os.path.exists('./engine'):
    sys.exit('there is no engine')
"""


@pytest.mark.parametrize(
    ("first", "stops"),
    [
        ("", True),
        ("print(os.getcwd())", True),
        ("import platform\nif platform.system() == 'Linux': print('here')", True),
        ("for here, folders, files in os.walk('.'): folders.remove('tests')", True),
        ("clean()", False),
        ("if os.environ.get('PATH'): clean()", False),
        ("os.environ.get('PATH') and clean()", False),
        ("for line in open('setup.py'): subprocess.call(line)", False),
        ("try:\n    import x\nexcept ImportError:\n    clean()", False),
    ],
)
def test_files_are_known_until_they_may_have_been_moved(first: str, stops: bool):  # noqa: FBT001
    stop = run(WANTS_LIBRARY.format(first=first) + SETUP)
    assert (stop is not None) is stops


FLAG = """
import sys
def flag(word):
    try:
        sys.argv.remove(word)
        return True
    except ValueError:
        return False
if flag('--offline'):
    sys.exit('offline')
by_installer = any('egg_info' in word for word in sys.argv)
if by_installer:
    sys.exit('by an installer')
"""


def test_a_word_that_is_removed_from_the_command_line_and_is_not_there():
    stop = run(FLAG + SETUP)
    assert stop is not None
    assert "by an installer" in stop.why


QUERY = """
import sys
from distutils.dist import Distribution
if any('--' + o in sys.argv for o in Distribution.display_option_names + ['help']) or (
    sys.argv[1] == 'egg_info'
):
    pass
else:
    import numpy
"""


def test_what_a_script_imports_but_for_its_metadata():
    stop = run(QUERY + SETUP)
    assert stop is not None
    assert "no build requirement brings the module numpy" in stop.why
    assert run(QUERY + SETUP, numpy="2.4.6") is None


@pytest.mark.parametrize(
    ("call", "stops"),
    [
        ("check_call([sys.executable, '-B', 'tables.py'])", True),
        ("run([sys.executable, 'tables.py'], check=True)", True),
        ("run([sys.executable, 'tables.py'])", False),
        ("check_call([sys.executable, 'tables.py'], cwd='build')", False),
        ("check_call(['python', 'tables.py'])", False),
        ("check_call([sys.executable, 'other.py'])", False),
        ("check_call([sys.executable, 'leaves.py'])", False),
    ],
)
def test_a_script_of_the_sdist_that_runs_as_a_process(call: str, stops: bool):  # noqa: FBT001
    files = {"tables.py": "import lex\n", "leaves.py": "import sys\nsys.exit(0)\n"}
    stop = run(f"import subprocess, sys\nsubprocess.{call}\n{SETUP}", files)
    assert (stop is not None) is stops
    if stop is not None:
        assert "it runs tables.py, which stops at tables.py:1" in stop.why


def test_a_name_that_left_a_build_requirement():
    text = f"import pypandoc\npypandoc.convert('README.md', 'rst')\n{SETUP}"
    stop = run(text, pypandoc="1.17")
    assert stop is not None
    assert stop.why == "pypandoc 1.17 has pypandoc.convert no more"
    assert run(text, pypandoc="1.7.5") is None


ATTRIBUTE = "[metadata]\nname = x\nversion = attr: x.__version__\n"
DYNAMIC = """
[project]
name = "x"
dynamic = ["version"]
[tool.setuptools.dynamic]
version = {attr = "x.version.VERSION"}
"""


@pytest.mark.parametrize(
    ("files", "place"),
    [
        ({"setup.cfg": ATTRIBUTE, "x/__init__.py": "import numpy\n__version__ = '1'\n"}, ""),
        (
            {
                "setup.cfg": ATTRIBUTE,
                "x/__init__.py": "from .core import __version__\n",
                "x/core.py": "import numpy\n__version__ = '1'\n",
            },
            "x/core.py:1",
        ),
        (
            {
                "pyproject.toml": DYNAMIC,
                "src/x/__init__.py": "import numpy\n",
                "src/x/version.py": "import pkg_resources\nVERSION = pkg_resources.version()\n",
            },
            "src/x/version.py:1",
        ),
        ({"pyproject.toml": DYNAMIC, "x/version.py": "import numpy\nVERSION: str = '1'\n"}, ""),
        ({"setup.cfg": "[metadata]\nversion = 1.0\n", "x/__init__.py": "import numpy\n"}, ""),
        ({"setup.cfg": ATTRIBUTE}, ""),
    ],
)
def test_a_version_that_is_read_from_a_module(files: dict[str, str], place: str):
    finds = Importable((3, 13), {"setuptools": Version("84.2.1")})
    stop = version_attribute_stop(files, frozenset(files), finds, RunSettings())
    assert (stop.place if stop is not None else "") == place


RETURNED = """
import sys
from setuptools import setup
def extra():
    made = {}
    if sys.version_info >= (3,):
        made['use_2to3'] = True
    return made
setup(name='x', **extra())
"""


def test_keywords_that_a_function_returns():
    texts = {"setup.py": RETURNED}
    finds = Importable((3, 13), {"setuptools": Version("84.2.1")})
    stop = certain_stop(texts, frozenset(texts), finds, RunSettings(refuses_2to3=True))
    assert stop is not None
    assert "use_2to3" in stop.why


LINKS = """
import os
from setuptools import setup
data = os.path.join('x', 'data')
try:
    setup(name='x')
finally:
    {condition}
        os.unlink(data)
"""


@pytest.mark.parametrize(
    ("condition", "files", "stops"),
    [
        ("if os.path.exists(data):", {"x/data/a.py": ""}, True),
        ("if os.path.islink(data):", {"x/data/a.py": ""}, False),
        ("if os.path.exists(data):", {}, False),
    ],
)
def test_a_folder_that_is_removed_as_a_file(
    condition: str,
    files: dict[str, str],
    stops: bool,  # noqa: FBT001
):
    stop = run(LINKS.format(condition=condition), files)
    assert (stop is not None) is stops


DETECTS = """
def found():
    with open('/proc/cpuinfo') as file:
        return 'BCM2708' in file.read()
"""
WANTS = """
import sys
import pins.detect
if not pins.detect.found():
    print('This is no Raspberry Pi')
    sys.exit(1)
"""


@pytest.mark.parametrize(
    ("texts", "place"),
    [
        ({"setup.py": WANTS, "pins/detect.py": DETECTS}, "setup.py:6"),
        ({"setup.py": DETECTS + "if not found():\n    raise OSError('no Raspberry Pi')\n"}, "set"),
        ({"setup.py": WANTS, "pins/other.py": DETECTS}, ""),
        ({"setup.py": DETECTS + "if not found():\n    raise OSError('no SSE 4')\n"}, ""),
        ({"setup.py": "raise OSError('no Raspberry Pi')"}, ""),
    ],
)
def test_a_script_that_wants_a_board(texts: dict[str, str], place: str):
    (found,) = (*board_checks(texts), None)[:1]
    assert found.place.startswith(place) if found else not place
