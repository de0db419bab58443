"""Setup scripts are read, never run: what each declares, and what only a real build decides."""

from textwrap import dedent

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wheelcheck.builds.setup_script.declaration import SetupScript
from wheelcheck.builds.setup_script.script_context import BuildSite, ScriptContext
from wheelcheck.builds.setup_script.script_reader import read_build_script, read_setup_script
from wheelcheck.builds.setup_script.script_syntax import mentions_extensions
from wheelcheck.targets import Implementation

SITE = BuildSite()
HEAD = "import os, sys\nfrom setuptools import Extension, setup\n"


def read(body: str, *, site: BuildSite = SITE, missing=(), **files: str) -> SetupScript:
    texts = {name.replace("__", "/") + ".py": dedent(text) for name, text in files.items()}
    around = ScriptContext(
        site, frozenset(texts), frozenset(), texts=texts, missing=frozenset(missing)
    )
    return read_setup_script("setup.py", HEAD + dedent(body), around)


def declared(script: SetupScript) -> list[str]:
    return [module.name for module in script.extensions]


class TestDeclarations:
    def test_extensions_of_a_literal_list_are_read(self):
        script = read("""
            setup(name="x", ext_modules=[
                Extension("x._a", ["a.c"], libraries=["z"]),
                Extension(name="x._b", sources=["b.c"]),
            ])
        """)
        assert declared(script) == ["x._a", "x._b"]
        assert script.extensions[0].sources == ("a.c",)
        assert script.extensions[0].libraries == ("z",)
        assert script.extensions[1].sources == ("b.c",)
        assert script.extensions[0].where == "setup.py:5"
        assert not script.unclear

    @pytest.mark.parametrize(
        "name",
        [
            "n = 'rrd'\nif sys.platform == 'win32':\n    n = 'rrd_dll'",
            "if any(s in sys.platform for s in ['darwin', 'linux']):\n    n = 'rrd'",
            "n = 'rrd_dll' if os.name == 'nt' else 'rrd'",
            "n = {'linux': 'rrd', 'win32': 'rrd_dll'}[sys.platform]",
            "n = {'win32': 'rrd_dll'}.get(sys.platform, 'rrd')",
            "import platform\nn = 'rrd' if platform.uname()[0] == 'Linux' else 'librrd'",
            "short = 'rd'\nn = f'r{short}'",
            "for n in ('rrd',):\n    pass",
            "n = os.environ.get('RRD_NAME') or 'rrd'",
        ],
    )
    def test_libraries_have_the_names_that_variables_have_on_linux(self, name: str):
        head = f"import os, sys\nfrom setuptools import Extension, setup\n{name}\n"
        for arguments in ("libraries=[n]", "[], [], [], [], [n]"):
            body = f"{head}setup(ext_modules=[Extension('x', ['x.c'], {arguments})])"
            module = read(body).extensions[0]
            assert (module.libraries, module.alternatives) == (("rrd",), ())

    @pytest.mark.parametrize(
        ("names", "certain"),
        [
            ("names = ['rrd']\nif os.path.exists('/usr/lib/x'):\n    names = ['rrd_th']", ()),
            ("names = ['rrd_th' if os.path.exists('/usr/lib/x') else 'rrd']", ()),
            ("if old():\n    names = ['rrd', 'z']\nelse:\n    names = ['rrd_th', 'z']", ("z",)),
        ],
    )
    def test_several_names_that_a_build_chooses_from_are_alternatives(
        self, names: str, certain: tuple[str, ...]
    ):
        body = f"{names}\nsetup(ext_modules=[Extension('x', ['x.c'], libraries=names)])"
        module = read(body).extensions[0]
        assert module.libraries == certain
        assert [set(each) for each in module.alternatives] == [{"rrd", "rrd_th"}]

    def test_a_library_that_only_some_builds_link_with_has_no_other_name(self):
        body = "names = ['z']\nif old():\n    names = ['z', 'rrd']\n"
        body += "setup(ext_modules=[Extension('x', ['x.c'], libraries=names)])"
        module = read(body).extensions[0]
        assert (module.libraries, module.alternatives) == (("z",), ())

    def test_a_script_without_extensions_declares_none(self):
        script = read("setup(name='x', packages=['x'])")
        assert script.calls_setup
        assert script.extensions == ()
        assert (script.mentions, script.unclear) == ("", ())

    @pytest.mark.parametrize(
        "body",
        [
            "exts = []\nexts.append(Extension('x', ['x.c']))\nsetup(ext_modules=exts)",
            "exts = []\nexts += [Extension('x', ['x.c'])]\nsetup(ext_modules=exts)",
            "kw = dict(name='p')\nkw['ext_modules'] = [Extension('x', ['x.c'])]\nsetup(**kw)",
            "kw = {}\nkw.update(ext_modules=[Extension('x', ['x.c'])])\nsetup(**kw)",
            "def exts():\n    return [Extension('x', ['x.c'])]\nsetup(ext_modules=exts())",
            "def exts():\n    yield Extension('x', ['x.c'])\nsetup(ext_modules=list(exts()))",
            "setup(ext_modules=[Extension(n, [n + '.c']) for n in ('x',)])",
            "def main():\n    setup(ext_modules=[Extension('x', ['x.c'])])\nmain()",
            "if __name__ == '__main__':\n    setup(ext_modules=[Extension('x', ['x.c'])])",
            "class E(Extension):\n    pass\nsetup(ext_modules=[E('x', ['x.c'])])",
            "mods = (m := [Extension('x', ['x.c'])])\nsetup(ext_modules=m)",
            "args = {**{'ext_modules': [Extension('x', ['x.c'])]}}\nsetup(**args)",
        ],
    )
    def test_extensions_are_found_by_whichever_way_they_come(self, body: str):
        script = read(body)
        assert declared(script) == ["x"]
        assert script.extensions[0].supposing == ()

    @pytest.mark.parametrize(
        ("body", "made_by"),
        [
            ("from Cython.Build import cythonize\nsetup(ext_modules=cythonize('x/*.pyx'))",
             "cythonize"),
            ("from mypyc.build import mypycify\nsetup(ext_modules=mypycify(['x.py']))", "mypycify"),
            ("setup(cffi_modules=['build_x.py:ffi'])", "cffi_modules"),
            ("import setuptools_rust as r\nsetup(rust_extensions=[r.RustExtension('x')])",
             "RustExtension"),
            ("import pybind11 as h\nsetup(ext_modules=[h.Pybind11Extension('x', ['x.cpp'])])",
             "Pybind11Extension"),
            ("from skbuild import setup\nsetup(name='x')", "skbuild"),
            ("from numpy.distutils.core import setup\nsetup(name='x')", "numpy.distutils"),
            ("setup(ext_modules=[('x', {'sources': ['x.c']})])", "ext_modules"),
        ],
    )  # fmt: skip
    def test_every_tool_that_makes_them(self, body: str, made_by: str):
        assert [module.made_by for module in read(body).extensions] == [made_by]

    def test_cythonize_around_extensions_counts_them_once(self):
        script = read("""
            from Cython.Build import cythonize
            setup(ext_modules=cythonize([Extension("a", ["a.pyx"]), Extension("b", ["b.pyx"])]))
        """)
        assert declared(script) == ["a", "b"]

    def test_a_helper_module_of_the_sdist_is_followed(self):
        script = read(
            "from setup_ext import get_extensions\nsetup(ext_modules=get_extensions())",
            setup_ext="""
                from setuptools import Extension
                def get_extensions():
                    return [Extension("x._far", ["far.c"])]
            """,
        )
        assert [(extension.name, extension.where) for extension in script.extensions] == [
            ("x._far", "setup_ext.py:4")
        ]

    def test_setup_requires_are_reported(self):
        script = read("setup(setup_requires=['cffi>=1.0', 'wheel'], cffi_modules='b.py:ffi')")
        assert script.setup_requires == ("cffi>=1.0", "wheel")

    def test_setup_requires_of_distutils_are_never_installed(self):
        text = "from distutils.core import setup\nsetup(setup_requires=['cffi'])"
        assert read(text).setup_requires == ()


class TestConditions:
    @pytest.mark.parametrize(
        "condition",
        [
            "sys.platform == 'win32'",
            "sys.platform.startswith('win')",
            "os.name == 'nt'",
            "'darwin' in sys.platform",
            "sys.version_info < (3,)",
            "sys.version_info[0] == 2",
            "os.environ.get('BUILD_EXT')",
            "os.getenv('BUILD_EXT', '0') == '1'",
            "'BUILD_EXT' in os.environ",
            "'--with-speedups' in sys.argv",
            "hasattr(sys, 'pypy_version_info')",
        ],
    )
    def test_what_never_holds_on_linux_without_switches(self, condition: str):
        script = read(
            f"exts = []\nif {condition}:\n    exts = [Extension('x', ['x.c'])]\n"
            "setup(ext_modules=exts)"
        )
        assert script.calls_setup
        assert script.extensions == ()
        assert script.mentions in {"Extension", "ext_modules"}
        assert script.unclear == ()

    @pytest.mark.parametrize(
        "condition",
        [
            "sys.platform != 'win32'",
            "os.name == 'posix'",
            "sys.version_info >= (3, 8)",
            "not os.environ.get('NO_EXT')",
            "'NO_EXT' not in os.environ",
            "'PyPy' != __import__('platform').python_implementation() or True",
        ],
    )
    def test_what_always_holds_is_no_condition(self, condition: str):
        script = read(f"setup(ext_modules=[Extension('x', ['x.c'])] if {condition} else [])")
        assert [(extension.name, extension.supposing) for extension in script.extensions] == [
            ("x", ())
        ]

    def test_what_only_a_build_knows_is_named(self):
        script = read("""
            import ctypes.util
            exts = []
            if ctypes.util.find_library("foo"):
                exts.append(Extension("x", ["x.c"]))
            setup(ext_modules=exts)
        """)
        (module,) = script.extensions
        assert module.supposing == ("ctypes.util.find_library('foo')",)

    def test_pypy_may_be_distinguished(self):
        body = """
            import platform
            pypy = platform.python_implementation() == "PyPy"
            setup(ext_modules=[] if pypy else [Extension("x", ["x.c"])])
        """
        assert declared(read(body)) == ["x"]
        pypy = BuildSite(Implementation.PYPY, (3, 11))
        assert declared(read(body, site=pypy)) == []

    def test_the_python_of_the_target_decides(self):
        body = "setup(ext_modules=[Extension('x', ['x.c'])] if sys.version_info < (3, 9) else [])"
        assert declared(read(body, site=BuildSite(python=(3, 8)))) == ["x"]
        assert declared(read(body, site=BuildSite(python=(3, 9)))) == []

    def test_cython_that_is_not_required_is_not_there(self):
        body = """
            try:
                from Cython.Build import cythonize
            except ImportError:
                cythonize = None
            setup(ext_modules=cythonize(["x.pyx"]) if cythonize else [])
        """
        assert declared(read(body, missing=["Cython"])) == []
        assert len(read(body).extensions) == 1

    def test_a_script_that_stops_for_a_missing_module_is_read_as_if_it_had_it(self):
        body = "from Cython.Build import cythonize\nsetup(ext_modules=cythonize('x.pyx'))"
        assert len(read(body, missing=["Cython"]).extensions) == 1

    def test_a_file_of_the_sdist_decides(self):
        body = """
            exts = [Extension("x", ["x.c"])] if os.path.exists("src/here.py") else []
            setup(ext_modules=exts)
        """
        assert declared(read(body, src__here="")) == ["x"]
        assert declared(read(body)) == []

    def test_a_script_that_exits_is_unclear(self):
        script = read("sys.exit('Python 2 only')\nsetup(ext_modules=[Extension('x', ['x.c'])])")
        assert "raises SystemExit" in script.unclear

    def test_both_calls_of_setup_count_where_a_build_decides_between_them(self):
        script = read("""
            import subprocess
            if subprocess.call(["pkg-config", "--exists", "foo"]) == 0:
                setup(ext_modules=[Extension("x", ["x.c"])])
            else:
                setup()
        """)
        (module,) = script.extensions
        assert module.supposing != ()


class TestForgiveness:
    def test_the_keyword_of_distutils(self):
        script = read("setup(ext_modules=[Extension('x', ['x.c'], optional=True)])")
        assert [module.optional for module in script.extensions] == [True]

    def test_optional_set_afterwards(self):
        script = read("e = Extension('x', ['x.c'])\ne.optional = True\nsetup(ext_modules=[e])")
        assert [module.optional for module in script.extensions] == [True]

    def test_a_command_that_swallows_the_failure(self):
        script = read("""
            from setuptools.command.build_ext import build_ext
            class ve_build_ext(build_ext):
                def build_extension(self, ext):
                    try:
                        super().build_extension(ext)
                    except Exception:
                        print("no speedups")
            setup(ext_modules=[Extension("x", ["x.c"])], cmdclass={"build_ext": ve_build_ext})
        """)
        assert "ve_build_ext" in script.forgiving

    def test_a_command_that_raises_again_forgives_nothing(self):
        script = read("""
            from setuptools.command.build_ext import build_ext
            class Loud(build_ext):
                def build_extension(self, ext):
                    try:
                        super().build_extension(ext)
                    except Exception:
                        print("install a compiler")
                        raise
            setup(ext_modules=[Extension("x", ["x.c"])], cmdclass={"build_ext": Loud})
        """)
        assert script.forgiving == ""

    def test_a_command_that_builds_the_same_again_forgives_nothing(self):
        body = """
            class Patient(build_ext):
                def build_extensions(self):
                    try:
                        build_ext.build_extensions(self)
                    except CompileError:
                        for module in self.extensions:
                            module.extra_compile_args.append("-stdlib=libc++")
                        build_ext.build_extensions(self)
            setup(ext_modules=[Extension("a", ["a.c"])], cmdclass={"build_ext": Patient})
        """
        assert read(body).forgiving == ""
        without = body.replace('module.extra_compile_args.append("-stdlib=libc++")', "pass")
        taken_out = without.replace("pass", "self.extensions.remove(module)")
        assert "Patient" in read(taken_out).forgiving

    def test_a_command_that_only_minds_imports_forgives_nothing(self):
        script = read("""
            from setuptools.command.build_ext import build_ext
            class Numpy(build_ext):
                def finalize_options(self):
                    try:
                        build_ext.finalize_options(self)
                        import numpy
                    except ImportError:
                        pass
            setup(ext_modules=[Extension("x", ["x.c"])], cmdclass={"build_ext": Numpy})
        """)
        assert script.forgiving == ""

    def test_setting_up_again_without_them(self):
        # simplejson's and markupsafe's way of old
        script = read("""
            from distutils.errors import CCompilerError
            class BuildFailed(Exception):
                pass
            def run_setup(with_binary):
                kw = {"ext_modules": [Extension("x", ["x.c"])]} if with_binary else {}
                setup(name="x", **kw)
            try:
                run_setup(True)
            except BuildFailed:
                run_setup(False)
        """)
        assert declared(script) == ["x"]
        assert "again" in script.forgiving

    def test_setting_up_again_with_them_forgives_nothing(self):
        script = read("""
            def run_setup():
                setup(name="x", ext_modules=[Extension("x", ["x.c"])])
            try:
                run_setup()
            except Exception:
                run_setup()
        """)
        assert script.forgiving == ""


class TestTools:
    def test_a_command_that_runs_cmake(self):
        script = read("""
            import subprocess
            from setuptools import Command
            class Build(Command):
                def run(self):
                    subprocess.check_call(["cmake", "--build", "."])
            setup(cmdclass={"build": Build})
        """)
        assert len(script.tools) == 1
        assert "cmake" in str(script.tools)

    def test_git_is_no_compiler(self):
        script = read("""
            import subprocess
            from setuptools import Command
            class Version(Command):
                def run(self):
                    subprocess.check_call(["git", "describe"])
            setup(cmdclass={"version": Version})
        """)
        assert script.tools == ()


class TestBuildScripts:
    def build_script(self, body: str) -> SetupScript:
        return read_build_script("build.py", dedent(body), ScriptContext())

    def test_poetry_build_function(self):
        script = self.build_script("""
            from setuptools import Extension
            def build(setup_kwargs):
                setup_kwargs.update({"ext_modules": [Extension("x", ["x.c"])]})
        """)
        assert declared(script) == ["x"]

    def test_hatch_custom_hook(self):
        script = self.build_script("""
            from hatchling.builders.hooks.plugin.interface import BuildHookInterface
            from setuptools import Extension
            class Hook(BuildHookInterface):
                def initialize(self, version, build_data):
                    self.make()
                def make(self):
                    Extension("x", ["x.c"])
        """)
        assert declared(script) == ["x"]

    def test_a_script_that_only_writes_a_version(self):
        script = self.build_script("""
            def build(setup_kwargs):
                with open("x/version.py", "w") as out:
                    out.write("1.0")
        """)
        assert script.extensions == ()
        assert script.problem is None


class TestHostile:
    @pytest.mark.parametrize(
        "text",
        [
            "(" * 5_000 + ")" * 5_000,
            "x = " + "-" * 50_000 + "1",
            "x = " + "1 + " * 20_000 + "1",
            "a" + ".b" * 20_000,
            "if x:\n" + "".join(" " * n + "if x:\n" for n in range(1, 99)) + " " * 99 + "pass",
            "x = 'a'\n" + "x = x + x\n" * 100 + "setup(name=x)",
            "x = []\n" + "x = [x, x, x]\n" * 5_000 + "setup(ext_modules=x)",
            "def f():\n    return f()\nf()",
            "def f(n):\n    f(n)\n    f(n)\n    f(n)\nf(1)",
            "f = lambda: f()\nf()",
            "class A(A):\n    pass\nsetup(cmdclass={'build_ext': A})",
            "while True:\n    x = 1",
            "x = []\nx.append(x)\nsetup(ext_modules=x)",
            "x = {}\nx['x'] = x\nsetup(**x)",
            "for a in range(10**9):\n    for b in range(10**9):\n        pass",
            "x = 10 ** 10 ** 10",
            "x = 'a' * 10 ** 12",
            "x = int('9' * 5000)",
            "x = f'{1:999999999999}'",
            "import setup\nfrom setup import *",
            "\x00",
            "\ud800",
            "print 'Python 2'",
            "x = " + "9" * 10_000,
            "#" * 600_000,
            "x = [" + "[0]," * 50_000 + "]\nfor a in x:\n for b in x:\n  for c in x:\n   y = a",
            "from . import x\nfrom .. import *",
            "match x:\n    case [1, *_]:\n        pass",
            "x, (y, *z) = 1, 2\n(a.b.c)[0] = x\nx: int\ndel x\n[*a] = b\nx = yield",
            "'%s' % ()\n''.join(1)\n'x'.split(1)\n{}[[]]\n{}.get([])\n[].index(1)\n[][1:'a']",
            "{**1}\nf(**1)\nf(*1)\n[*1]\n{[]: 1}\n{}.update(1)\n{}.pop()\n[].insert()",
            "sorted(1)\nzip(1)\nlen()\nint([])\nany()\nall(1)\nstr()\nlist(1, 2)\nset(x)",
            "hasattr()\nos.path.join()\nos.path.exists()\nglob.glob('[')\nos.environ[1]",
            "import glob, os\nglob.glob('**/' * 5000)\nos.path.exists('a/' * 9000)",
        ],
    )
    def test_no_script_however_deep_raises(self, text: str):
        script = read_setup_script("setup.py", HEAD + text, ScriptContext())
        assert isinstance(script, SetupScript)
        assert isinstance(read_build_script("build.py", HEAD + text, ScriptContext()), SetupScript)

    def test_python_2_says_so(self):
        script = read("print 'hello'\nsetup(ext_modules=[Extension('x', ['x.c'])])")
        assert script.problem is not None
        assert script.problem.code == "script-not-python3"
        assert script.mentions == "ext_modules"

    def test_more_steps_than_honest_scripts_take_are_refused(self):
        loops = "".join(" " * n + f"for v{n} in r:\n" for n in range(5))
        script = read_setup_script(
            "setup.py",
            f"r = list('{'x'}')*1\nr = [{'0,' * 200}]\n{loops}{' ' * 5}x = 1",
            ScriptContext(),
        )
        assert script.problem is not None
        assert script.problem.code == "script-refused"

    @settings(max_examples=60)
    @given(st.text(max_size=200))
    def test_any_text_without_extension_declares_none(self, text: str):
        script = read_setup_script("setup.py", text, ScriptContext())
        assert script.extensions == () or "Extension" in text

    @settings(max_examples=150)
    @given(
        st.lists(
            st.sampled_from(
                [
                    "x = []", "x += [Extension('a')]", "x = x[1:]", "x = {'k': x}", "x = x['k']",
                    "x.append(x)", "x = x.copy()", "x = str(x)", "x = [*x, 1]", "x = (x, x)",
                    "x, y = x", "y = x or y", "x = y if x else z", "for x in y: y = [x]",
                    "def f(*a, **k): return a, k", "x = f(x, **y)", "x = f", "y = x(x)",
                    "class C(x): z = 1", "x = C(y)", "x = C.z", "x.optional = y",
                    "try:\n  x()\nexcept Exception:\n  raise",
                    "if unknown: x = [Extension('b')]", "setup(ext_modules=x, **y)",
                    "setup(cmdclass=x)", "x = {**y}", "x = cythonize(x)", "y = os.environ[x]",
                    "x = ', '.join(x)", "y = x.get(y)", "x[y] = x", "x[0] = y", "y = -x",
                    "y = x < y",
                    "y = x in y", "y = {k: v for k, v in x}", "y = lambda q=x: q", "import x as y",
                    "y = x.pop(y)", "y = int(x)", "y = len(x)", "y = sorted(x)", "y = zip(x, y)",
                    "y = dict(x)", "x.update(y)", "x.extend(y)", "x = os.path.join(x, y)",
                    "x = f'{x}{y}'", "x = x % y", "x = x * y", "x = x + y", "x = x / y",
                ]
            ),
            max_size=12,
        )
    )  # fmt: skip
    def test_any_order_of_statements(self, statements: list[str]):
        text = "from Cython.Build import cythonize\n" + "\n".join(statements)
        script = read_setup_script("setup.py", HEAD + text, ScriptContext())
        assert {module.made_by for module in script.extensions} <= {
            "Extension", "cythonize", "ext_modules",
        }  # fmt: skip


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("setup(ext_modules=[])", "ext_modules"),
        ("x = 1  # ext_modules", ""),
        ("from setuptools import Extension", ""),
        ("e = MyExtension ('x')", "MyExtension"),
    ],
)
def test_a_mention_outside_comments(text: str, word: str):
    assert mentions_extensions(text) == word
