"""Setup scripts that stop for certain before they call `setup()`, and those that may not."""

from __future__ import annotations

import pytest
from packaging.version import Version

from wheelcheck.builds.obstacles.importable import Importable
from wheelcheck.builds.obstacles.late_imports import late_imports, path_imports
from wheelcheck.builds.obstacles.setup_run.certain_run import certain_stop
from wheelcheck.builds.obstacles.setup_run.run_state import RunSettings
from wheelcheck.builds.obstacles.setup_run.stop import Stop
from wheelcheck.builds.obstacles.version_attribute import version_object_stop

SETUP = "\nfrom setuptools import setup\nsetup(name='x')\n"

UPDATED = """
import sys
from setuptools import setup
extra = {}
if sys.version_info >= (3, 0):
    extra.update(use_2to3=True)
setup(name='x', **extra)
"""


READS = """
import os
here = os.path.abspath(os.path.dirname(__file__))
def read(*names):
    with open(os.path.join(here, *names)) as file:
        return file.read()
read('docs', 'NEWS.rst')
"""

BY_WORD = """
import sys
try:
    major = sys.version_info.major
except AttributeError:
    major = sys.version_info[0]
way = None
if major >= 3:
    try:
        from setuptools import setup
        way = 'setuptools'
    except ImportError:
        from distutils.core import setup
        way = 'distutils'
extra = {}
if way == 'setuptools':
    extra['use_2to3'] = True
setup(name='x', **extra)
"""

BY_NUMBERS = """
import sys
major, minor = sys.version_info[:2]
if major == 3:
    try:
        import lib2to3
    except ImportError:
        sys.exit(1)
"""

COMMAND = """
from setuptools import setup, Command
class Refuses(Command):
    def run(self):
        raise RuntimeError('No compiler')
setup(name='x', cmdclass={'egg_info': Refuses})
"""

COPIES = """
from distutils.dir_util import copy_tree
from setuptools import setup
from setuptools.command.build_py import build_py
class Copies(build_py):
    def run(self):
        copy_tree('data', self.build_lib, dry_run=self.dry_run)
setup(name='x', cmdclass={'build_py': Copies})
"""

NOT_REMOVED = """
import sys
if '--debug' in sys.argv:
    sys.argv.remove('--debug')
if 'bdist_wheel' in sys.argv:
    sys.exit('use y')
"""
CLEARS = """
import os, sys
def clear():
    del sys.argv[1:]
if os.path.exists('/etc/thing'):
    clear()
if 'bdist_wheel' in sys.argv:
    sys.exit('use y')
"""
BY_VARIABLE = """
import os, sys
def refuse():
    allowed = os.environ.get('ALLOW_OLD_NAME', 'no')
    allowed = allowed.lower()
    if allowed == 'yes':
        return
    raise SystemExit('install the other one')
if __name__ == '__main__':
    packing = len(sys.argv) == 2 and sys.argv[1] == 'sdist'
    if not packing:
        refuse()
"""


OF_FUNCTION = """
from setuptools import setup
def own(distribution):
    from setuptools.command.build_py import build_py as base
    class Own(base):
        def finalize_options(self):
            base.finalize_options(self)
            {}
    return Own(distribution)
setup(name='x', cmdclass={{'build_py': own}})
"""

OF_HELPER = """
from setuptools import setup, Extension
from helper import Build
setup(name='x', ext_modules=[Extension('x', ['x.c'])], cmdclass={'build_ext': Build})
"""
HELPER = """
from setuptools.command.build_ext import build_ext
class Base(build_ext):
    def build_extension(self, extension):
        import imp
class Build(Base):
    pass
"""


def run(
    text: str,
    python: tuple[int, int] = (3, 13),
    beside: bool = True,  # noqa: FBT001, FBT002
    files: dict[str, str] | None = None,
    **versions: str,
) -> Stop | None:
    texts = {"setup.py": text, **(files or {})}
    installed = {"setuptools": "84.2.1", **versions}
    finds = Importable(python, {name: Version(v) for name, v in installed.items()})
    settings = RunSettings(finds_beside=beside, refuses_2to3=True)
    return certain_stop(texts, frozenset(texts), finds, settings)


MAKES_MODULES = """
has_cython = False
try:
  from Cython.Distutils import build_ext
  has_cython = True
except ImportError:
  build_ext = None
if has_cython:
  modules = ['a.pyx']"""
"""NameError where a build requirement brings no Cython (structpie 0.0.5)."""


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("import imp", "imp is gone since Python 3.12"),
        ("import ConfigParser", "ConfigParser is of Python 2"),
        ("import numpy", "no build requirement brings the module numpy"),
        ("from pip.req import parse_requirements", "brings the module pip"),
        ("import pkg_resources", "pkg_resources is gone from setuptools since 82"),
        ("from setuptools import Feature", "Feature is gone from setuptools since 46"),
        ("from setuptools.dep_util import newer", "dep_util is gone from setuptools"),
        ("import configparser\nconfigparser.SafeConfigParser()", "is gone since Python 3.12"),
        ("import os\nos.getcwdu()", "os.getcwdu is of Python 2"),
        ("execfile('version.py')", "execfile is a name of Python 2"),
        ("open('README', 'rU').read()", "open() knows no mode U"),
        ("__builtins__.BUILDING = True", "it sets __builtins__.BUILDING"),
        ("raise RuntimeError('Install the real package instead')", "it raises RuntimeError: Inst"),
        ("raise RuntimeError(open('setup.py', 'r').read())", "Error with the text of its setup.py"),
        (
            "import sys\nif sys.version_info[0] >= 3: sys.exit('Python 2 alone')",
            "it exits: Python 2",
        ),
        (
            "import sys\nif sys.argv[1] == 'sdist': pass\nelse: raise ValueError('x')",
            "it raises Val",
        ),
        ("import sys\nif sys.argv[1] == 'egg_info': pass\nelse: raise ValueError('x')", "ValueE"),
        (
            "import sys\nasks = lambda x: x in sys.argv\nif asks('bdist_wheel'): exit('x')",
            "it exits",
        ),
        ("import sys\nif sys.argv[1] != 'sdist': sys.exit('use y')", "it exits: use y"),
        ("import sys\nif 'sdist' not in sys.argv[1:]: sys.exit('use y')", "it exits: use y"),
        ("import sys\nif not any(a in sys.argv for a in ['sdist']): sys.exit('use y')", "use y"),
        ("import sys\nif {'bdist_wheel', 'install'} & set(sys.argv): sys.exit('use y')", "use y"),
        ("import sys\nword = 'use y'\nif sys.argv[1].startswith('bdist'): exit(word)", "use y"),
        (
            "import subprocess\nsubprocess.check_output(['git', 'describe', '--tags'])",
            "is no repos",
        ),
        (
            "import subprocess\nv = subprocess.check_output('git rev-parse HEAD', shell=True)",
            "it runs git rev-parse",
        ),
        ("import subprocess\nsubprocess.run(['git', 'log'], check=True)", "it runs git log"),
        ("version = __import__('imp').x", "imp is gone"),
        ("import importlib\nm = importlib.import_module('imp')", "imp is gone"),
        ("import sys\nif not (3,) > sys.version_info >= (2, 7): sys.exit(1)", "it exits"),
        (NOT_REMOVED, "use y"),
        (BY_VARIABLE, "it raises SystemExit"),
        (
            "from sys import version_info\nif version_info >= (3,): raise ImportError('2')",
            "it raises",
        ),
        ("import sys\nif not (3, 6) <= sys.version_info < (3, 9): raise ValueError('x')", "ValueE"),
        ("import sys\nif float(sys.version[:3]) < 3.6: raise ValueError('x')", "it raises ValueE"),
        ("import sys\nif sys.hexversion > 0x03000000: raise ValueError('x')", "it raises ValueE"),
        ("import os\nif os.sys.version_info > (3,): raise ValueError('x')", "it raises ValueE"),
        (BY_NUMBERS, "lib2to3 is gone since Python 3.13"),
        ("a, b = 'x', 'README.md'\nopen(b)", "it opens README.md"),
        ("print 'hello'", "is not Python 3"),
        (
            "try:\n  import numpy\nexcept ImportError:\n  raise SystemExit('numpy first')",
            "numpy, and",
        ),
        ("from setuptools import setup\nsetup(use_2to3=True)", "use_2to3 is refused"),
        ("from setuptools import setup\nkw = {}\nkw['use_2to3'] = True\nsetup(**kw)", "use_2to3"),
        (UPDATED, "use_2to3 is refused"),
        (BY_WORD, "use_2to3 is refused"),
        ("open('README.md').read()", "it opens README.md, which the sdist does not hold"),
        (
            "import os, sys\nos.chdir(os.path.dirname(sys.argv[0]) or '.')\nopen('README.md')",
            "it opens README.md",
        ),
        ("import os\nos.chdir(os.path.dirname(__file__))\nopen('README.md')", "opens README.md"),
        (
            READS,
            "it opens docs/NEWS.rst",
        ),
        ("from pathlib import Path\n(Path(__file__).parent / 'NEWS').read_text()", "opens NEWS"),
        ("import io\nfor name in ('A', 'setup.py'):\n  io.open(name).read()", "it opens A,"),
        ("versoin = '1'\nprint(version)", "version is not defined"),
        (f"{MAKES_MODULES}\nprint(modules)", "modules is not defined"),
        (
            "from setuptools import dist\ndist.Distribution().fetch_build_eggs(['numpy'])",
            "it has setuptools fetch numpy",
        ),
        ("from setuptools import setup\nsetup(version='1.0-final-x')", "'1.0-final-x' is refused"),
        (
            "from setuptools import setup\nn = ['six', 'foo>=1.*']\nsetup(install_requires=n)",
            "'foo>=1.*', which is refused",
        ),
        (
            "from setuptools import setup\nsetup(long_description=open('setup.py'))",
            "long_description is an open file",
        ),
        (
            "from setuptools import setup\nsetup(long_description=open('setup.py').readlines())",
            "long_description is a list of lines",
        ),
        (
            "import os\nlib = os.environ.get('FOO_ROOT') + '/lib'",
            "the environment variable FOO_ROOT",
        ),
        ("import os\nos.path.join(os.getenv('FOO_ROOT'), 'lib')", "the environment variable FOO_R"),
        ("from setuptools import setup\nsetup(packages=['gone'])", "the package folder gone"),
        ("from setuptools import setup\nsetup(scripts=['bin/x'])", "the script bin/x"),
        ("from setuptools import setup\nsetup(data_files=[('etc', ['x.conf'])])", "names x.conf"),
        (COMMAND, "it raises RuntimeError: No compiler"),
        (COPIES, "copy_tree takes no dry_run since setuptools 81"),
        (
            "def main():\n  import asynchat\nif __name__ == '__main__':\n  main()",
            "asynchat is gone",
        ),
    ],
)
def test_a_script_that_stops_for_certain(text: str, words: str):
    stop = run(text + SETUP)
    assert stop is not None
    assert words in stop.why
    assert stop.place.startswith("setup.py:")


def test_a_command_that_a_function_makes_is_run():
    """As ml-rapids 0.0.1.7, built really: setuptools calls whatever `cmdclass` has."""
    stop = run(OF_FUNCTION.format("__builtins__.BUILDING = True"))
    assert stop is not None
    assert "it sets __builtins__.BUILDING" in stop.why


def test_a_method_of_a_text_makes_no_file():
    """conforce: what may be called of a module's own text leaves the files as they are."""
    script = """
import thing
from setuptools import setup
setup(name='x', url=open('NEWS').read(), keywords='a' if thing.version else thing.{})
"""
    module = {"thing/__init__.py": "version = '1.0-b'\ndef fetch(): pass\n"}
    stop = run(script.format("version.lower()"), files=module)
    assert stop is not None
    assert "it opens NEWS" in stop.why
    assert run(script.format("fetch()"), files=module) is None


@pytest.mark.parametrize(
    "text",
    [
        "try:\n  import imp\nexcept ImportError:\n  imp = None",
        "try:\n  import numpy\nexcept ImportError:\n  numpy = None",
        "import sys\nif sys.version_info < (3, 4): import ConfigParser",
        "import os\nif os.path.exists('x'): import numpy",
        "def lazily():\n  import numpy",
        "import sys\nif sys.platform == 'win32': raise SystemExit(1)",
        "try:\n  unicode\nexcept NameError:\n  unicode = str",
        "import contextlib\nwith contextlib.suppress(ImportError):\n  import numpy",
        "a, b = 'README', input()\na, b = b, a\nif a: import imp",
        "(a, *b) = 'README', 'x'\nif b: import imp",
        "import sys\nmajor, minor = sys.version_info[:2]\nif major == 2: import ConfigParser",
        "import sys\nif 'publish' in sys.argv: raise SystemExit(1)",
        "import sys\nif sys.argv[1] == 'clean': raise ValueError('x')",
        "import subprocess\nsubprocess.call(['git', 'describe'])",
        "import subprocess\nsubprocess.check_output(['git', '--version'])",
        "import subprocess\nsubprocess.check_output(['git', 'log'], cwd='x')",
        "import subprocess\ntry:\n  subprocess.check_output(['git', 'log'])\nexcept: pass",
        "import sys\nif len(sys.argv) < 2: raise ValueError('x')",
        "import sys\nif sys.argv[1] in ('sdist', 'upload'): raise ValueError('x')",
        "import sys\nsys.argv.append('install')\nif 'install' in sys.argv: raise ValueError('x')",
        "import sys\nif not (3, 8) <= sys.version_info < (4, 0): raise ValueError('x')",
        "from distutils.core import Extension",
        "from collections.abc import Mapping",
        "import os.path, json",
        "for file in ['a']:\n  print(file)",
        "import os\nif os.path.exists('README'): open('README')",
        "try:\n  open('README').read()\nexcept IOError:\n  pass",
        "open('made.txt', 'w').write('x')\nopen('made.txt').read()",
        "import shutil\nshutil.copy('a', 'b')\nopen('b').read()",
        "exec(open('setup.py').read())\nprint(version)",
        f"{MAKES_MODULES}\nelse:\n  modules = []\nprint(modules)",
        f"{MAKES_MODULES}\nprint([modules for modules in ()])",
        f"def late():\n  global modules\n  modules = []\n{MAKES_MODULES}\nlate()\nprint(modules)",
        "from pathlib import Path\n(Path(__file__).parent / 'setup.py').open('r')",
        "needs = []\nneeds.append('x')\nfor name in needs: open(name)",
        "def change(names):\n  names.append(1)\nnames = []\nchange(names)\nif names: import numpy",
        "from setuptools import setup\nsetup(packages=['a'], package_dir={'a': '.'})",
        "import os\nlib = os.environ.get('FOO_ROOT', '') + '/lib'",
        "import os\nlib = os.environ.get('HOME') + '/lib'",
        "import os\nos.environ['FOO_ROOT'] = 'x'\nos.path.join(os.getenv('FOO_ROOT'), 'lib')",
        "import os\nif 'FOO_ROOT' in os.environ: print(os.environ.get('FOO_ROOT') + '/lib')",
        "from setuptools import setup\nsetup(long_description=open('setup.py').read())",
        "from setuptools import setup, find_packages\nsetup(packages=find_packages('src'))",
        "from setuptools import setup\nsetup(install_requires=['a (>=1)', 'b; os_name==\"x\"'])",
        COMMAND.replace("'egg_info'", "'test'"),
        COPIES.replace(", dry_run=self.dry_run", ""),
        COPIES.replace("copy_tree(", "self.copy_tree("),
        CLEARS,
        OF_FUNCTION.format("self.options = base.user_options"),
        OF_FUNCTION.format("__builtins__.A = 1").replace("return Own", "return Other"),
    ],
)
def test_a_script_that_may_go_on(text: str):
    assert run(text + SETUP) is None


def test_what_is_after_the_call_of_setup_says_nothing():
    assert run(SETUP + "\nimport sys\nsys.exit(0)\n") is None


def test_modules_of_the_sdist_are_followed():
    versioneer = "import configparser\ndef get_version():\n  configparser.SafeConfigParser()\n"
    stop = run(
        "import versioneer\nfrom setuptools import setup\nsetup(version=versioneer.get_version())",
        files={"versioneer.py": versioneer},
    )
    assert stop is not None
    assert stop.place == "versioneer.py:3"
    package = {"pkg/__init__.py": "from pkg import core", "pkg/core.py": "import requests\n"}
    stop = run("import pkg" + SETUP, files=package)
    assert stop is not None
    assert stop.place == "pkg/core.py:1"


def test_setuptools_own_backend_does_not_look_beside_the_script():
    stop = run("import versioneer" + SETUP, beside=False, files={"versioneer.py": ""})
    assert stop is not None
    assert "lies beside setup.py" in stop.why
    moved = "import sys\nsys.path.insert(0, '.')\nimport versioneer"
    assert run(moved + SETUP, beside=False, files={"versioneer.py": ""}) is None


def test_another_python_or_setuptools_has_the_module_still():
    assert run("import imp" + SETUP, python=(3, 11)) is None
    assert run("import pkg_resources" + SETUP, setuptools="81.0.0") is None
    assert run("import numpy" + SETUP, numpy="2.0.0") is None


def test_a_build_requirement_in_no_table_may_bring_any_module():
    assert run("import helper" + SETUP, some_unknown_project="1") is None


def test_a_list_of_files_with_links_does_not_tell_what_is_missing():
    script = "open('README').read()" + SETUP
    finds = Importable((3, 13), {"setuptools": Version("84.2.1")})
    files = frozenset({"setup.py"})
    given = ({"setup.py": script}, files, finds)
    assert certain_stop(*given, RunSettings()) is not None
    assert certain_stop(*given, RunSettings(whole=False)) is None


def test_the_first_run_ends_where_setup_is_called():
    finds = Importable((3, 13), {"setuptools": Version("84.2.1")})
    given = ({"setup.py": COMMAND}, frozenset({"setup.py"}), finds)
    assert certain_stop(*given, RunSettings()) is not None
    assert certain_stop(*given, RunSettings(first=True)) is None


IMPORTS_ITSELF = """
from setuptools import setup
from x import __version__
setup(name='x', version=__version__)
"""


def test_a_package_that_the_script_imports_is_followed_into_its_modules():
    package = {"x/__init__.py": "from ._core import run\n", "x/_core.py": "import requests\n"}
    stop = run(IMPORTS_ITSELF, files=package)
    assert stop is not None
    assert (stop.place, stop.exception) == ("x/_core.py:1", "ModuleNotFoundError")
    guarded = "try:\n    import requests\nexcept ImportError:\n    requests = None\n"
    assert run(IMPORTS_ITSELF, files={**package, "x/_core.py": guarded}) is None


@pytest.mark.parametrize(("line", "stops"), [("builtins.A_SETUP = True", False), ("", True)])
def test_a_name_that_the_script_makes_a_builtin_is_bound_in_its_modules(line: str, stops: bool):  # noqa: FBT001
    # as numpy and scikit-learn, whose packages import little of themselves then
    package = """try:
  A_SETUP
except NameError:
  A_SETUP = False
if not A_SETUP:
  import imp
"""
    script = f"import builtins\n{line}\nimport a\n{SETUP}"
    assert (run(script, files={"a/__init__.py": package}) is not None) is stops


def test_an_import_above_the_root_is_not_followed():
    assert run(IMPORTS_ITSELF, files={"x/__init__.py": "from ...y import z\n"}) is None


def test_locals_of_a_function_have_nothing_of_exec_since_python_3_13():
    script = """
def version():
    exec(open('v.py').read())
    return locals()['__version__']
version()
"""
    files = {"v.py": "__version__ = '1'"}
    stop = run(script, (3, 13), files=files)
    assert stop is not None
    assert stop.exception == "KeyError"
    assert run(script, (3, 12), files=files) is None
    known = script.replace("exec(", "__version__ = '1'; exec(")
    assert run(known, (3, 13), files=files) is None


@pytest.mark.parametrize(
    ("pattern", "stops"),
    [
        ("'a(?i)b'", True),
        ("'(?i)ab'", False),
        ("'(?i)(?x) ab'", False),
        ("'[(?i)]a'", False),
        (r"r'\\(?i)'", True),
        (r"r'\(?i)'", False),
        ("'a{x}'.format(x='(?i)b')", True),
    ],
)
def test_flags_in_the_middle_of_a_pattern_are_refused_since_python_3_11(
    pattern: str,
    stops: bool,  # noqa: FBT001
):
    script = f"import re\nclass Words:\n    PATTERN = re.compile({pattern})\n"
    stop = run(script, (3, 11))
    assert (stop is not None) is stops
    assert run(script, (3, 10)) is None


def test_a_version_that_is_not_that_of_the_sdist():
    finds = Importable((3, 13), {"setuptools": Version("84.2.1")})
    script = "from setuptools import setup\nsetup(name='x', version='1.0')\n"
    given = ({"setup.py": script}, frozenset({"setup.py"}), finds)
    stop = certain_stop(*given, RunSettings(release=Version("1.1")))
    assert stop is not None
    assert "version 1.0 in an sdist of 1.1" in stop.why
    assert certain_stop(*given, RunSettings(release=Version("1"))) is None
    assert certain_stop(*given, RunSettings()) is None


@pytest.mark.parametrize(("brought", "stops"), [({}, True), ({"setuptools-scm": "10"}, False)])
def test_a_version_that_nothing_reads_from_git(brought: dict[str, str], stops: bool):  # noqa: FBT001
    installed = {name: Version(text) for name, text in {"setuptools": "84.2.1", **brought}.items()}
    texts = {
        "setup.py": "from distutils.core import setup\nsetup(name='x', use_scm_version=True)\n"
    }
    given = texts, frozenset(texts), Importable((3, 11), installed)
    stop = certain_stop(*given, RunSettings(release=Version("1.1")))
    assert (stop is not None) is stops
    assert certain_stop(*given, RunSettings(release=Version("0.0"))) is None


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        ("open('README', 'rU')", "no mode U"),
        ("import io\nio.open('README', mode='rU')", "no mode U"),
        ("import codecs\ncodecs.open('README', 'rU')", "no mode U"),
        ("'text'.decode('utf-8')", "decodes a text"),
        ("open('setup.py').read().decode('utf-8')", "decodes a text"),
        ("names = {'a': 'b'}\nnames.has_key('a')", "has_key of dictionaries"),
        ("import os\nos.environ['X_HOME']", "the environment variable X_HOME"),
        ("import os\nif 'X_HOME' not in os.environ: raise RuntimeError('set it')", "set it"),
        ("import sys\nassert sys.version_info < (3, 10)", "asserts sys.version_info"),
        ("import sys\nif sys.version_info[:2] not in [(3, 6), (3, 7)]: sys.exit('old')", "old"),
        ("import platform\nif platform.system() != 'Windows': raise OSError('no')", "no"),
        ("from fractions import gcd", "gcd is gone since Python 3.9"),
        ("import __builtin__", "is of Python 2"),
    ],
)
def test_what_later_pythons_and_other_systems_refuse(lines: str, words: str):
    stop = run(f"{lines}{SETUP}")
    assert stop is not None
    assert words in stop.why


@pytest.mark.parametrize(
    "lines",
    [
        "open('setup.py', 'rb').read().decode('utf-8')",
        "b'text'.decode('utf-8')",
        "import os\ntry:\n    os.environ['X_HOME']\nexcept KeyError:\n    pass",
        "import os\nos.environ['X_HOME'] = '1'\nos.environ['X_HOME']",
        "import os\nos.environ['HOME']",
        "import os\nif 'X_HOME' in os.environ: raise RuntimeError('unset it')",
        "import sys\nassert sys.version_info > (3, 6)",
        "import sys\nif sys.version_info[:2] in ((2, 7), (3, 6)): sys.exit('old')",
    ],
)
def test_what_they_accept(lines: str):
    assert run(f"{lines}{SETUP}") is None


def test_what_is_run_as_text_may_set_any_name():
    text = "version = 'unknown'\nfor line in open('x.py'):\n    exec(line)\n    break\n"
    text += "from setuptools import setup\nsetup(name='x', version=version)\n"
    assert run(text, files={"x.py": "version = '1'"}) is None


INCLUDES = """
from setuptools import setup, Extension
class headers:
    def __str__(self):
        import pybind11
        return pybind11.get_include()
setup(name='x', ext_modules=[Extension('x', ['x.cpp'], include_dirs=[headers()])])
"""


def test_a_class_that_gives_a_folder_of_headers_imports_late():
    texts = {"setup.py": INCLUDES}
    for installed, names in ((("setuptools",), True), (("setuptools", "pybind11"), False)):
        finds = Importable((3, 13), {name: Version("84") for name in installed})
        for settings, compiles in (
            (RunSettings(compiles=True), True),
            (RunSettings(compiles=True, lives_without=True), False),
            (RunSettings(), False),
        ):
            stop = certain_stop(texts, frozenset(texts), finds, settings)
            assert (stop is not None) is (names and compiles)


def test_the_scripts_of_cffi_are_run_by_setup():
    text = "from setuptools import setup\nsetup(name='x', cffi_modules=['x/make.py:ffi'])\n"
    files = {"x/make.py": "import pkg_resources\n"}
    stop = run(text, files=files, cffi="2.0")
    assert stop is not None
    assert stop.place == "x/make.py:1"
    assert run(text, files=files) is None  # nothing handles the keyword


@pytest.mark.parametrize(
    ("keyword", "words"),
    [
        ("license=['MIT']", "license is a list"),
        ("package_data={'x': '*.dat'}", "wants a list"),
        ("entry_points={'console_scripts': ['x']}", "entry_points has 'x'"),
        ("entry_points={'console_scripts': ['x = x-y:main']}", "entry_points has"),
        ("package_dir={'': 'src'}", "the folder src"),
        ("package_dir={'x': 'lib/x'}", "whose folder lib/x"),
    ],
)
def test_arguments_that_setuptools_refuses(keyword: str, words: str):
    stop = run(f"from setuptools import setup\nsetup(name='x', {keyword})\n")
    assert stop is not None
    assert words in stop.why


def test_entry_points_that_setuptools_accepts():
    points = "{'console_scripts': ['x = x.y:main [more]', 'y=y'], 'other': 'a = b:c.d'}"
    assert run(f"from setuptools import setup\nsetup(name='x', entry_points={points})\n") is None


PIP = """
import sys
from subprocess import call, check_call
class headers:
    def __init__(self, user=False):
        try:
            import pybind11
        except ImportError:
            if call([sys.executable, '-m', 'pip', 'install', 'pybind11']):
                raise RuntimeError('no pybind11')
"""


def test_a_build_environment_has_no_pip():
    stop = run(f"{PIP}headers(user=True)\n{SETUP}")
    assert stop is not None
    assert "no pybind11" in stop.why
    assert run(f"{PIP}{SETUP}") is None
    assert run(f"{PIP}headers()\n{SETUP}", pybind11="3") is None
    stop = run(f"{PIP}check_call([sys.executable, '-m', 'pip', 'install', 'x'])\n{SETUP}")
    assert stop is not None
    assert "runs pip" in stop.why
    assert run(f"{PIP}check_call([sys.executable, '-m', 'pip', 'list'])\n{SETUP}", pip="26") is None


def test_above_the_sdist_there_is_no_file():
    stop = run(f"open('../README.md').read()\n{SETUP}")
    assert stop is not None
    assert "opens ../README.md" in stop.why
    assert run(f"open('/etc/hostname').read()\n{SETUP}") is None


@pytest.mark.parametrize(
    ("test", "stops"),
    [
        ("os.environ.get('X_HOME') is None", True),
        ("not os.getenv('X_HOME')", True),
        ("os.environ.get('X_HOME', '0') == '0'", True),
        ("os.environ.get('X_HOME') != '1'", True),
        ("os.environ.get('X_HOME')", False),
        ("os.environ.get('X_HOME') is not None", False),
        ("os.environ.get('HOME') is None", False),
        ("os.environ.get('PIP_X') is None", False),
    ],
)
def test_variables_that_nothing_sets(test: str, stops: bool):  # noqa: FBT001
    text = f"import os\nwanted = {test}\nif wanted: raise RuntimeError('x')\n"
    assert (run(text + SETUP) is not None) is stops
    text = f"import os\nif {test}: raise RuntimeError('x')\n"
    assert (run(text + SETUP) is not None) is stops


CALLED = """
import inspect
class auto:
    def __init__(self, path):
        self.path = path
    def __call__(self, method):
        return inspect.getargspec(method)
@auto('x')
def f():
    pass
"""
MADE = """
import inspect
def auto(path):
    def inner(method):
        return inspect.getargspec(method)
    return inner
class A(object):
    @auto('x')
    def f(self):
        pass
"""
PLAIN = """
import inspect
def auto(method):
    return inspect.getargspec(method)
@auto
def f():
    pass
"""


@pytest.mark.parametrize("text", [CALLED, MADE, PLAIN])
def test_decorators_are_run(text: str):
    stop = run(text)
    assert stop is not None
    assert "inspect.getargspec is gone" in stop.why
    assert run(text.replace("@auto", "# ")) is None


def test_a_namespace_package_must_declare_itself():
    script = "from setuptools import setup\nsetup(packages=['a'], namespace_packages=['a'])"
    stop = run(script, files={"a/__init__.py": "version = 1"})
    assert stop is not None
    assert "a is a namespace package" in stop.why
    declares = "__import__('pkg_resources').declare_namespace(__name__)"
    assert run(script, files={"a/__init__.py": declares}) is None


def test_commands_have_the_methods_of_their_bases():
    texts = {"setup.py": OF_HELPER, "helper.py": HELPER}
    finds = Importable((3, 13), {"setuptools": Version("84.2.1")})
    stop = certain_stop(texts, frozenset(texts), finds, RunSettings(compiles=True))
    assert stop is not None
    assert (stop.place, stop.exception) == ("helper.py:5", "ModuleNotFoundError")
    assert certain_stop(texts, frozenset(texts), finds, RunSettings()) is None  # compiles nothing
    caught = HELPER.replace(
        "        import imp",
        "        try:\n            import imp\n        except ImportError:\n            pass",
    )
    texts = {"setup.py": OF_HELPER, "helper.py": caught}
    assert certain_stop(texts, frozenset(texts), finds, RunSettings(compiles=True)) is None


def test_imports_of_functions_that_may_be_called():
    finds = Importable((3, 13), {"setuptools": Version("84.2.1")})

    def late(helper: str, script: str = "import helper\nhelper.find()\n") -> list[str]:
        return [s.place for s in late_imports({"setup.py": script, "helper.py": helper}, finds)]

    assert late("def find():\n    import imp\n    return imp.find_module('x')\n") == ["helper.py:2"]
    assert late("def find():\n    import imp\n", "import helper\n") == []  # nothing calls it
    guarded = "def find():\n    try:\n        import imp\n    except ImportError:\n        pass\n"
    assert late(guarded) == []
    assert late("def find():\n    if sys.version_info < (3, 4):\n        import imp\n") == []
    assert late("def find():\n    import numpy\n") == []


def test_text_is_not_bytes_and_bytes_are_no_names():
    raises = "PYTHON3 = not str is bytes\nif PYTHON3:\n    raise SystemExit('no')\n"
    assert run(raises + SETUP) is not None
    assert run(raises.replace("not str", "str") + SETUP) is None
    stop = run(SETUP.replace("'x'", "b'x'"))
    assert stop is not None
    assert "name is bytes" in stop.why


LATE = """
from setuptools import setup
class Late:
    def __str__(self):
        return '1.0'
VERSION = Late()
setup(name='x', version=VERSION)
"""


def test_a_version_that_is_an_object():
    stop = version_object_stop(LATE, Version("84.2.1"))
    assert stop is not None
    assert stop.place == "setup.py:7"
    assert version_object_stop(LATE, Version("65")) is None
    assert version_object_stop(LATE.replace("Late:", "Late(str):"), Version("84.2.1")) is None
    assert version_object_stop(LATE.replace("=VERSION", "=str(VERSION)"), Version("84")) is None


PATHS = """
from setuptools import setup, Extension
class Headers:
    def __str__(self):
        from pkg_resources import resource_filename
        return resource_filename('persistent', '..')
setup(name='x', ext_modules=[Extension('x', ['x.c'], include_dirs=[Headers()])])
"""


def test_a_folder_of_headers_that_imports_what_is_gone():
    finds = Importable((3, 13), {"setuptools": Version("84.2.1")})
    older = Importable((3, 13), {"setuptools": Version("75.0")})

    def places(script: str, finds: Importable = finds) -> list[str]:
        return [stop.place for stop in path_imports({"setup.py": script}, finds)]

    assert places(PATHS) == ["setup.py:5"]
    assert places(PATHS, older) == []
    assert places(PATHS.replace("[Headers()]", "[]")) == []  # nothing makes one
    assert places(PATHS.replace("__str__", "__repr__")) == []
    assert places(PATHS.replace("        from", "        if a: return b\n        from")) == []


def test_distutils_took_dry_run_before_setuptools_81():
    assert run(COPIES, setuptools="80.9.0") is None


@pytest.mark.parametrize(
    ("argument", "raised"),
    [
        ("long_description=open('setup.py')", "AttributeError"),
        ("long_description=['a text']", "AttributeError"),
        ("license=['MIT']", "AttributeError"),
        ("name=b'x'", "TypeError"),
        ("version='1-foo-bar'", "ValueError"),
        ("package_data={'x': 'y'}", "SystemExit"),
        ("install_requires=['a b c']", "SystemExit"),
        ("setup_requires=['a b c']", "ValueError"),
        ("install_requires=['a b c'], setup_requires=['a b c']", "Exception"),
    ],
)
def test_what_setup_raises_is_caught_by_its_name(argument: str, raised: str):
    """The exceptions are those of setuptools 84.2.1, run with each argument."""
    script = "from setuptools import setup\ntry:\n  setup({})\nexcept {}:\n  pass\n"
    assert run(script.format(argument, raised) + SETUP) is None
    assert run(script.format(argument, "OSError") + SETUP) is not None


RAISES = """
class Own(build_ext):
  def run(self):
    {}
"""


@pytest.mark.parametrize(
    ("command", "handler", "stops"),
    [
        # what setuptools 60.10.0, 69.5.1, 75.8.0 and 80.9.0 do (run)
        ("open('gone.txt')", "Exception", True),
        ("open('gone.txt')", "OSError", True),
        ("open('gone.txt')", "SystemExit", False),
        ("open('gone.txt')", "BaseException", False),
        ("raise ValueError('x')", "Exception", False),
        ("raise DistutilsError('x')", "Exception", True),
    ],
)
def test_what_commands_raise_leaves_setup_as_an_exit(command, handler, stops):
    text = "from setuptools import setup\nfrom setuptools.command.build_ext import build_ext\n"
    text += RAISES.format(command)
    text += "try:\n  setup(name='x', cmdclass={'build_ext': Own})\n"
    texts = {"setup.py": f"{text}except {handler}:\n  setup(name='x')\n"}
    finds = Importable((3, 13), {"setuptools": Version("80.9.0")})
    settings = RunSettings(finds_beside=True, compiles=True)
    assert (certain_stop(texts, frozenset(texts), finds, settings) is not None) is stops


@pytest.mark.parametrize(
    ("handler", "stops"), [("Exception", True), ("SystemExit", False), ("BaseException", False)]
)
def test_what_setup_refuses_is_an_exit(handler, stops):
    call = f"try:\n  setup(use_2to3=True)\nexcept {handler}:\n  setup()\n"
    assert (run(f"from setuptools import setup\n{call}") is not None) is stops


@pytest.mark.parametrize(
    ("first", "second", "stops"),
    [
        ("import numpy.distutils.core", "import numpy.distutils.core", True),
        ("import numpy.distutils.core", "x = 1\n  from numpy.distutils import ccompiler", True),
        ("import imp", "if socket.x:\n    import imp\n  else:\n    import os, imp", True),
        ("import imp", "if socket.x:\n    import imp\n  else:\n    import os", False),
        ("import imp", "setup(name='x')\n  import imp", False),
        ("import imp", "import os", False),
        ("import imp", "pass", False),
    ],
)
def test_what_both_ways_of_an_unknown_choice_import(first, second, stops):
    """As wrf-python 1.3.4.1 chooses by the name of the host."""
    text = "import socket\nfrom setuptools import setup\n"
    text += f"if socket.gethostname() == 'x':\n  {first}\nelse:\n  {second}\n"
    assert (run(text, numpy="2.3.5") is not None) is stops
    guarded = text.replace("\n", "\n  ").rstrip()
    assert run(f"try:\n  {guarded}\nexcept ImportError:\n  pass\n", numpy="2.3.5") is None


IN_A_FUNCTION = """
def prepare():
    from numpy.distutils.core import setup
    setup(name='x', configuration=print)
SOURCES = ['x.c']
prepare()
"""


@pytest.mark.parametrize(
    ("numpy", "setuptools", "why"),
    [
        ("1.24.4", "75.3.0", "no distutils.msvccompiler"),
        ("1.26.4", "75.3.0", "no distutils.msvccompiler"),
        ("1.26.4", "73.0.1", ""),
        ("2.3.5", "80.9.0", ""),
        ("2.3.5", "81.0.0", "dry_run"),
    ],
)
def test_numpy_distutils_where_a_function_imports_it(numpy: str, setuptools: str, why: str):
    """numexpr 2.7.0; what each pair does is measured, in breaking_changes.csv."""
    given = {"numpy": numpy, "setuptools": setuptools}
    stop = run(IN_A_FUNCTION, (3, 11), files={"x.c": ""}, **given)
    assert (stop is None) if not why else (stop is not None and why in stop.why)


def test_numpy_distutils_without_anything_to_compile_or_in_a_branch():
    given = {"numpy": "2.3.5", "setuptools": "84.2.1"}
    assert run(IN_A_FUNCTION, (3, 11), **given) is None
    for aside in ("tests/x.c", "extras/other.c"):
        assert run(IN_A_FUNCTION, (3, 11), files={aside: ""}, **given) is None
    several = IN_A_FUNCTION.replace("x.c", "src/*.c")
    assert run(several, (3, 11), files={"src/other.c": ""}, **given) is not None
    branch = IN_A_FUNCTION.replace(
        "\nprepare()", "\nimport os\nif os.environ.get('F2PY'):\n prepare()"
    )
    assert run(branch, (3, 11), files={"x.c": ""}, **given) is None
    plain = IN_A_FUNCTION.replace("numpy.distutils.core", "setuptools")
    assert run(plain, (3, 11), files={"x.c": ""}, **given) is None
