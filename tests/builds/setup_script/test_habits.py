"""Habits that real setup scripts have, each of which once misled the reading."""

from textwrap import dedent

import pytest

from wheelcheck.builds.setup_script.declaration import SetupScript
from wheelcheck.builds.setup_script.script_context import ScriptContext
from wheelcheck.builds.setup_script.script_reader import read_setup_script

HEAD = "import os, sys\nfrom setuptools import Extension, setup\n"
EXT = "Extension('x', ['x.c'])"


def read(body: str, *, missing=(), paths=()) -> SetupScript:
    around = ScriptContext(
        paths=frozenset(paths),
        directories=frozenset(path.partition("/")[0] for path in paths if "/" in path),
        missing=frozenset(missing),
    )
    return read_setup_script("setup.py", HEAD + dedent(body), around)


@pytest.mark.parametrize(
    "body",
    [
        # a version sought line by line, with an error where it is not found
        """
        with open("x.py") as f:
            for line in f:
                if line.startswith("__version__"):
                    version = line.split("=")[1]
                    break
            else:
                raise RuntimeError("no version")
        """,
        """
        def version():
            for line in open("x.py"):
                if "__version__" in line:
                    return line
            raise ValueError("no version")
        version()
        """,
        # an error that only an odd machine raises
        """
        import struct
        def endianness():
            s = struct.pack("@I", 1)
            if s == b"1":
                return "little"
            elif s == b"2":
                return "big"
            raise AssertionError("neither")
        endianness()
        """,
        # a place in a list that is not there
        """
        try:
            at = sys.argv.index("--plat-name")
            if "win" in sys.argv[at + 1]:
                sys.exit(1)
        except ValueError:
            pass
        """,
    ],
)
def test_what_a_script_checks_first_does_not_stop_the_reading(body: str):
    script = read(dedent(body) + f"setup(ext_modules=[{EXT}])")
    assert [(extension.name, extension.supposing) for extension in script.extensions] == [("x", ())]
    assert script.unclear == ()


def test_a_loop_meets_what_an_earlier_turn_left():
    script = read(f"""
        def find():
            inside, found = False, []
            for line in open("list.txt"):
                if line.startswith("begin"):
                    inside = True
                    continue
                if not inside:
                    continue
                found.append({EXT})
            return found
        setup(ext_modules=find())
    """)
    assert [extension.name for extension in script.extensions] == ["x"]


def test_a_loop_that_breaks_leaves_its_finding():
    script = read(f"""
        exts = []
        for folder in os.environ["PATH"].split(":"):
            if os.path.exists(folder + "/foo-config"):
                exts = [{EXT}]
                break
        setup(ext_modules=exts)
    """)
    assert [extension.name for extension in script.extensions] == ["x"]


def test_a_property_of_an_instance():
    script = read(f"""
        class Packager(object):
            def __init__(self, data):
                self._data = data
            @property
            def ext_modules(self):
                if hasattr(self, "_modules"):
                    return self._modules
                self._modules = []
                for target in self._data.get("ext", []):
                    self._modules.append({EXT})
                return self._modules
        setup(ext_modules=Packager(dict(ext=["x"])).ext_modules)
    """)
    assert [extension.name for extension in script.extensions] == ["x"]


def test_a_filter_over_extensions_by_name():
    script = read(f"""
        def drop(exts, name):
            places = [i for i, ext in enumerate(exts) if ext.name == name]
            if len(places) != 1:
                raise ValueError(name)
            del exts[places[0]]
        exts = [{EXT}, Extension("y", ["y.c"])]
        drop(exts, "y")
        setup(ext_modules=exts)
    """)
    assert "x" in [extension.name for extension in script.extensions]
    assert script.unclear == ()


def test_keywords_that_depend_on_the_command():
    script = read("""
        QUIET = ("--help", "egg_info")
        def quiet(argv, i):
            if argv[i] in QUIET or argv[i - 1:i] == ["--egg-base"]:
                return True
            return False
        def keywords(argv):
            if all(quiet(argv, i) for i in range(1, len(argv))):
                return {}
            return {"setup_requires": ["cffi"], "cffi_modules": ["build_x.py:ffi"]}
        setup(**keywords(sys.argv))
    """)
    assert [extension.made_by for extension in script.extensions] == ["cffi_modules"]
    assert script.setup_requires == ("cffi",)


def test_a_retry_after_the_script_would_have_ended():
    # thrift's way: success exits, so what follows is the fallback
    script = read(f"""
        class BuildFailed(Exception):
            pass
        def run_setup(with_binary):
            setup(**(dict(ext_modules=[{EXT}]) if with_binary else dict()))
        try:
            run_setup(True)
            sys.exit(0)
        except BuildFailed:
            print("once more, without")
        run_setup(False)
    """)
    assert [extension.name for extension in script.extensions] == ["x"]
    assert "again" in script.forgiving


def test_a_word_that_is_taken_off_the_command_line_may_not_be_there():
    # acora's way
    script = read(f"""
        modules = [{EXT}]
        try:
            sys.argv.remove("--no-compile")
        except ValueError:
            pass
        else:
            modules = []
        setup(name="x", ext_modules=modules)
    """)
    assert [module.name for module in script.extensions] == ["x"]
    assert script.extensions[0].supposing == ()


def test_a_retry_without_cmake_has_no_extension_modules():
    # rapidfuzz's way: scikit-build compiles, setuptools alone does not
    script = read("""
        def run_setup(with_binary):
            if with_binary:
                from skbuild import setup
            else:
                from setuptools import setup
            setup(name="x")
        try:
            run_setup(True)
        except BaseException:
            run_setup(False)
    """)
    assert [module.made_by for module in script.extensions] == ["skbuild"]
    assert "again" in script.forgiving


@pytest.mark.parametrize(
    ("handler", "keywords", "forgives"),
    [
        # setuptools 67.8.0 and 84.2.1, run with a source that does not compile
        ("except Exception", "", False),
        ("except (OSError, ImportError)", "", False),
        ("except (Exception, SystemExit)", "", True),
        ("except BaseException", "", True),
        ("except", "", True),
        ("except Exception", ", cmdclass={'build_ext': Own}", True),
    ],
)
def test_what_compilers_raise_leaves_setup_as_an_exit(
    handler: str, keywords: str, *, forgives: bool
):
    body = f"""
        from setuptools.command.build_ext import build_ext
        class Own(build_ext):
            def run(self):
                raise RuntimeError("no compiler")
        try:
            setup(ext_modules=[{EXT}]{keywords})
        {handler}:
            setup()
    """
    assert bool(read(body).forgiving) is forgives


def test_a_handler_that_minds_the_word_optional_forgives_nothing_else():
    # what mercurial did before distutils knew the word
    body = f"""
        from setuptools.command.build_ext import build_ext
        class Build(build_ext):
            def build_extension(self, ext):
                try:
                    build_ext.build_extension(self, ext)
                except Exception:
                    if not getattr(ext, "optional", False):
                        raise
                    print("left out")
        setup(ext_modules=[{EXT}], cmdclass={{"build_ext": Build}})
    """
    assert read(body).forgiving == ""


def test_the_package_that_is_being_built_is_not_missing():
    body = "from numpy.distutils.core import setup\nsetup(name='numpy')"
    script = read(body, missing=["numpy"], paths=["numpy/__init__.py", "setup.py"])
    assert [extension.made_by for extension in script.extensions] == ["numpy.distutils"]
    assert script.unclear == ()


def test_a_script_for_python_2_is_read_on_behind_its_exit():
    script = read(f"""
        if sys.version_info[0] != 2:
            sys.exit("Python 2 only")
        setup(ext_modules=[{EXT}])
    """)
    assert [extension.name for extension in script.extensions] == ["x"]
    assert script.unclear == ("raises SystemExit",)


@pytest.mark.parametrize(
    "body",
    [
        "class D(Distribution):\n    def is_pure(self):\n        return False\nsetup(distclass=D)",
        (
            "class D(Distribution):\n    def has_ext_modules(self):\n        return True\n"
            "setup(distclass=D)"
        ),
        (
            "class W(bdist_wheel):\n    def finalize_options(self):\n"
            "        self.root_is_pure = False\nsetup(cmdclass={'bdist_wheel': W})"
        ),
        "setup(has_ext_modules=lambda: True)",
    ],
)
def test_a_wheel_that_is_called_platform_specific(body: str):
    imports = "from setuptools import Distribution\nfrom wheel.bdist_wheel import bdist_wheel\n"
    assert read(imports + body).impure.startswith("setup.py:")


@pytest.mark.parametrize(
    ("body", "tools", "forgiven"),
    [
        ("subprocess.check_call(['make', '-C', 'lib'])", ["make"], False),
        ("os.system('cmake -S . -B build')", ["cmake"], False),
        ("os.system(f'cd {x} && cmake {y}; X=1 make -j4')", ["cmake", "make"], False),
        ('lines = f"""\n  cmake {x}\n\n  make {y} install\n"""\nos.system(lines)',
         ["cmake", "make"], False),
        ("print(f'{x} cmake; make')", [], True),
        ("cmd = [sys.executable, './waf', 'configure']\nsubprocess.call(cmd)", ["waf"], False),
        (("try:\n    subprocess.check_call([sys.executable, 'fast.py', 'build_ext'])\n"
         "except subprocess.SubprocessError:\n    print('slow')"), ["build_ext"], True),
        ("subprocess.call(['git', 'describe'])", [], True),
    ],
)  # fmt: skip
def test_tools_and_whether_their_failure_is_forgiven(body: str, tools: list[str], forgiven: bool):  # noqa: FBT001
    method = "".join(f"        {line}\n" for line in body.splitlines())
    command = f"import subprocess\nclass B(build_py):\n    def run(self):\n{method}\n"
    script = read(f"{command}setup(cmdclass={{'build_py': B}})")
    assert [tool for _, tool in script.tools] == tools
    assert script.tools_forgiven is forgiven


@pytest.mark.parametrize(
    ("call", "run"),
    [
        ("setup()", False),
        ("setup(cmdclass={'build_ext': Other})", False),
        ("setup(cmdclass={'build_ext': Own})", True),
        ("setup(cmdclass=commands())", True),
        ("setup(**arguments())", True),
        (
            (
                "cmdclass = {}\nfor name in ('ALL', 'SOME'):\n"
                "    if os.environ.get(name, '0') in {'1', 'yes'}:\n"
                "        cmdclass['build_ext'] = Own\nsetup(cmdclass=cmdclass)"
            ),
            False,
        ),
    ],
)
def test_a_command_that_no_build_is_given_runs_nothing(call: str, run: bool):  # noqa: FBT001
    script = read(
        "import os, subprocess\nfrom setuptools.command.build_ext import build_ext\n"
        "from elsewhere import arguments, commands\n"
        "class Make(build_ext):\n    def run(self):\n        subprocess.call(['make', 'all'])\n"
        "class Own(Make): pass\nclass Other(build_ext): pass\n" + call
    )
    assert bool(script.tools) is run


def test_paths_relative_to_the_script_are_sources():
    script = read(
        """
        import glob, os
        here = os.path.abspath(os.path.dirname(__file__))
        found = glob.glob(os.path.join(here, "src", "**", "*.c"), recursive=True)
        own = [os.path.relpath(path, here) for path in found if "tests" not in path]
        setup(ext_modules=[Extension("x", ["x.pyx"] + sorted(own))])
        """,
        paths=("src/a.c", "src/deep/b.c", "src/tests/c.c"),
    )
    assert script.extensions[0].sources == ("x.pyx", "src/a.c", "src/deep/b.c")


def test_glob_comes_with_setuptools_too():
    script = read(
        """
        from setuptools import glob
        setup(ext_modules=[Extension("x", sorted(glob.glob("src/*.c")))])
        """,
        paths=("src/a.c", "src/b.c"),
    )
    assert script.extensions[0].sources == ("src/a.c", "src/b.c")


@pytest.mark.parametrize("name", ["CustomTest", "Clean", "UploadCommand", "SdistWithDocs"])
def test_commands_that_no_build_runs_do_not_count(name: str):
    script = read(f"""
        import subprocess
        class {name}(Command):
            def run(self):
                subprocess.check_call(["make"])
        setup()
    """)
    assert script.tools == ()


@pytest.mark.parametrize(
    "text",
    [
        ("x = [i for i in range(300)]\ny = x + x + x + x\nfor a in range(300):\n"
        "    for b in range(300):\n        f(y, y, y)\n"),
        "a = {}\nb = {}\n" + "a = {1: a, 2: a}\nb = {1: b, 2: b}\n" * 60
        + "if q:\n    c = a\nelse:\n    c = b\n",
        "\n".join(f"def f{i}():\n    f{i + 1}(); f{i + 1}()" for i in range(30)) + "\nf0()\n",
        "def f(x):\n    if q:\n        return f(x)\n    return f(x)\n" + "f(1)\n" * 50,
        "class A(B): pass\n" + "class A(A, A, A): pass\n" * 40 + "A()\n",
    ],
    ids=["calls", "joins", "functions", "recursion", "bases"],
)  # fmt: skip
def test_scripts_built_to_exhaust_a_reader_are_given_up_in_time(text: str):
    # what each takes without bounds would outlast the test run
    script = read(text + "setup(name='x')\n")
    assert script.calls_setup or script.problem is not None


def test_keywords_taken_away_before_the_retry():
    # coverage's way
    script = read(f"""
        arguments = dict(name="x")
        arguments.update(dict(ext_modules=[{EXT}]))
        try:
            setup(**arguments)
        except BuildFailed:
            del arguments["ext_modules"]
            setup(**arguments)
    """)
    assert [extension.name for extension in script.extensions] == ["x"]
    assert "again" in script.forgiving


@pytest.mark.parametrize(("condition", "forgiven"), [("bdist_wheel", False), ("develop", True)])
def test_the_method_a_handler_calls_decides(condition: str, forgiven: bool):  # noqa: FBT001
    # BTrees calls its extension modules optional, and raises nevertheless when a wheel is built
    script = read(f"""
        from setuptools.command.build_ext import build_ext
        class optional_build_ext(build_ext):
            def build_extension(self, ext):
                try:
                    build_ext.build_extension(self, ext)
                except OSError as e:
                    self._unavailable(e)
            def _unavailable(self, e):
                print(e)
                if "{condition}" in sys.argv and not os.environ.get("PURE_PYTHON"):
                    raise
        setup(ext_modules=[{EXT}], cmdclass={{"build_ext": optional_build_ext}})
    """)
    assert bool(script.forgiving) is forgiven


def test_a_keyword_whose_handler_is_not_installed_is_ignored():
    body = "setup(cffi_modules=['build_x.py:ffi'])"
    assert [extension.made_by for extension in read(body).extensions] == ["cffi_modules"]
    script = read(body, missing=["cffi"])
    assert script.extensions == ()
    assert script.ignored == ("cffi_modules without cffi",)


@pytest.mark.parametrize(
    ("command", "expected"), [("build", ["x"]), ("install", ["x"]), ("upload", [])]
)
def test_a_command_of_the_build_gives_the_extension_modules_late(command: str, expected: list[str]):
    # cryptography's first releases: what makes the modules can be imported only then
    script = read(f"""
        from setuptools import Command
        def modules():
            from x.binding import Binding
            return [Extension("x", Binding().sources)]
        class Late(Command):
            def finalize_options(self):
                self.distribution.ext_modules = modules()
        setup(name="x", cmdclass={{"{command}": Late}})
    """)
    assert [extension.name for extension in script.extensions] == expected


@pytest.mark.parametrize(
    ("test", "finalize", "builds"),
    [
        ("not self.with_x", "pass", False),
        ("not self.with_x", "self.with_x = os.environ.get('WITH_X', 'yes')", True),
        ("not self.with_x", "self.with_x = find()", True),
        ("self.with_x is not None", "pass", True),
    ],
)
def test_a_command_that_builds_nothing_without_an_option(test: str, finalize: str, builds: bool):  # noqa: FBT001
    # MySQL's connector compiles only where the build gets the path of the C library
    script = read(f"""
        from setuptools.command.build_ext import build_ext
        class Build(build_ext):
            def initialize_options(self):
                build_ext.initialize_options(self)
                self.with_x = None
            def finalize_options(self):
                {finalize}
            def run(self):
                if {test}:
                    return
                build_ext.run(self)
        setup(ext_modules=[{EXT}], cmdclass={{"build_ext": Build}})
    """)
    assert bool(script.extensions) is builds
    assert script.mentions


def test_names_of_a_module_of_the_sdist_are_its_own():
    around = ScriptContext(
        paths=frozenset(["info.py"]),
        texts={"info.py": f"{HEAD}extensions = [{EXT}]\nnone = []\n"},
    )
    for name, declared in (("extensions", True), ("none", False)):
        text = f"{HEAD}import info\nsetup(ext_modules=info.{name})"
        script = read_setup_script("setup.py", text, around)
        assert bool(script.extensions) is declared
        assert not script.unclear


def test_what_builds_others_is_known_by_name_in_its_own_sdist():
    # NumPy's sdist holds numpy.distutils, whose code takes too many steps to follow
    core = "def setup(**attributes):\n    while True:\n        attributes = [attributes] * 999\n"
    text = (
        "from numpy.distutils.core import setup\n"
        "def configuration(parent_package='', top_path=None):\n"
        "    from numpy.distutils.misc_util import Configuration\n"
        "    config = Configuration(None, parent_package, top_path)\n"
        "    config.add_extension('x', ['x.c'])\n"
        "    return config\n"
        "setup(name='x', configuration=configuration)\n"
    )
    around = ScriptContext(
        paths=frozenset(["numpy/distutils/core.py"]), texts={"numpy/distutils/core.py": core}
    )
    script = read_setup_script("setup.py", text, around)
    assert [extension.made_by for extension in script.extensions] == ["numpy.distutils"]
    assert script.problem is None


@pytest.mark.parametrize(
    ("source", "compiles"),
    [("None", False), ('"#include <x.h>"', True), ("open('x.h').read()", True)],
)
def test_cffi_in_abi_mode_compiles_nothing(source: str, compiles: bool):  # noqa: FBT001
    # soundfile's build script names no source: cffi writes a module in Python
    build = f"from cffi import FFI\nffi = FFI()\nffi.set_source('_x', {source})\n"
    around = ScriptContext(paths=frozenset(["build_x.py"]), texts={"build_x.py": build})
    for given in ("['build_x.py:ffi']", "'build_x.py:ffi'"):
        text = f"{HEAD}setup(setup_requires=['cffi'], cffi_modules={given})"
        script = read_setup_script("setup.py", text, around)
        assert bool(script.extensions) is compiles


@pytest.mark.parametrize(
    "found",
    [
        "__import__('cython')",
        "importlib.import_module('Cython.Build')",
        "importlib.util.find_spec('Cython') is not None",
    ],
)
def test_modules_sought_by_name_are_missing_too(found: str):
    body = f"""
        import importlib, importlib.util
        exts = []
        try:
            there = {found}
        except ImportError:
            there = None
        if there:
            exts.append({EXT})
        setup(ext_modules=exts)
    """
    assert read(body, missing=["Cython", "cython"]).extensions == ()
    assert read(body).extensions


@pytest.mark.parametrize(
    ("test", "declares"),
    [
        ("{'--with-x'}.intersection(sys.argv)", False),
        ("{'bdist_wheel'} & set(sys.argv) or {'bdist_wheel'}.intersection(sys.argv)", True),
        ("set(sys.argv).isdisjoint(['sdist'])", True),
        ("{'bdist_wheel', 'setup.py'}.issuperset(sys.argv)", True),
    ],
)
def test_sets_of_arguments_are_compared(test: str, declares: bool):  # noqa: FBT001
    script = read(f"setup(ext_modules=[{EXT}] if {test} else [])")
    assert bool(script.extensions) is declares


@pytest.mark.parametrize(
    ("handler", "optional"),
    [("continue", True), ("print(e)", True), ("raise SystemExit(1)", False)],
)
def test_what_is_declared_after_a_trial_compilation_is_optional(handler: str, optional: bool):  # noqa: FBT001
    # ruamel.yaml.clib compiles a few lines of C, and declares its module only if that works
    script = read(f"""
        from distutils.ccompiler import new_compiler
        from distutils.errors import CompileError
        exts = []
        for name in ("x", "y"):
            try:
                new_compiler().compile(["trial.c"])
                exts.append(Extension(name, [name + ".c"]))
            except CompileError as e:
                {handler}
        setup(ext_modules=exts)
    """)
    assert {extension.name for extension in script.extensions} == {"x", "y"}
    assert {extension.optional for extension in script.extensions} == {optional}


@pytest.mark.parametrize(
    ("words", "runs"),
    [
        ('("gcc", ["-O3", "-g0"])', False),
        ('("gcc", "clang")', False),
        ('["gcc", "-c", "x.c"]', True),
        ('["gcc", source]', True),
        ('["make"]', True),
        ('["cc", "x.c"]', True),
    ],
)
def test_names_of_compilers_are_no_commands(words: str, runs: bool):  # noqa: FBT001
    # wyhash lists options for each compiler, and makes its extension module only if asked to
    script = read(f"""
        def build():
            for each in [{words}]:
                start(each)
        if "--use-cython" in sys.argv:
            setup(ext_modules=[{EXT}])
        else:
            setup()
    """)
    assert bool(script.tools) is runs
    assert not script.extensions


FOLDERS = ("src/a.cpp", "src/b.h", "src/deep/c.cpp", "lib/x.c")


def sources_of(body: str) -> list[set[str]]:
    around = ScriptContext(
        paths=frozenset(FOLDERS), directories=frozenset({"src", "src/deep", "lib"})
    )
    script = read_setup_script("setup.py", HEAD + dedent(body), around)
    return [set(module.sources or ()) for module in script.extensions]


@pytest.mark.parametrize(
    "gathers",
    [
        """
        found = ["lib/x.c"]
        for here, folders, files in os.walk("src"):
            for name in files:
                if name.endswith(".cpp"):
                    found.append(os.path.join(here, name))
        """,
        """
        def below(folder):
            found = []
            for name in os.listdir(folder):
                path = os.path.join(folder, name)
                if os.path.isdir(path):
                    found += below(path)
                elif path.endswith(".cpp"):
                    found.append(path)
            return found
        found = ["lib/x.c"] + below("src")
        """,
    ],
)
def test_sources_that_a_script_looks_for_in_folders(gathers):
    body = dedent(gathers) + "setup(ext_modules=[Extension('x', found)])\n"
    assert sources_of(body) == [{"lib/x.c", "src/a.cpp", "src/deep/c.cpp"}]


def test_folders_that_the_sdist_lacks_are_unknown():
    body = """
        found = [os.path.join("made", name) for name in os.listdir("made")]
        setup(ext_modules=[Extension("x", ["lib/x.c"]), Extension("y", found)])
        """
    assert sources_of(body)[0] == {"lib/x.c"}


@pytest.mark.parametrize(
    "adds",
    [
        "module.sources.append('src/a.cpp')",
        "module.sources.extend(['src/a.cpp'])",
        "module.sources += ['src/a.cpp']",
    ],
)
def test_sources_that_are_added_to_a_module_later(adds):
    body = f"module = Extension('x', ['lib/x.c'])\n{adds}\nsetup(ext_modules=[module])\n"
    assert sources_of(body) == [{"lib/x.c", "src/a.cpp"}]


def test_modules_that_a_script_makes_of_the_files_in_folders_are_compiled():
    body = """
        from Cython.Build import cythonize
        found = []
        for here, folders, files in os.walk("src"):
            for name in files:
                if name.endswith(".cpp"):
                    found.append(Extension(name[:-4], [os.path.join(here, name)]))
        setup(ext_modules=cythonize(found))
        """
    assert sources_of(body) == [{"src/a.cpp"}, {"src/deep/c.cpp"}]


def test_a_generator_gives_all_extension_modules_that_it_yields():
    """pypore makes a module of each C file that it walks over."""
    found = read(
        """
        def modules():
            for path in ["a.c", "b.c"]:
                yield Extension(path[:-2], [path])
        setup(name="x", ext_modules=list(modules()))
        """
    )
    assert [each.name for each in found.extensions] == ["a", "b"]
    assert all(map(found.surely_builds, found.extensions))
