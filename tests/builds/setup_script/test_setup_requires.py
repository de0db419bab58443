"""What an old setup script has installed before it builds, however it puts that together."""

from textwrap import dedent

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wheelcheck.builds.sdist.contents import SdistContents
from wheelcheck.builds.sdist.sdist_facts import read_sdist
from wheelcheck.builds.setup_script.computed.formatting import formatted, interpolated
from wheelcheck.builds.setup_script.computed.script_values import Opaque
from wheelcheck.builds.setup_script.declaration import SetupScript
from wheelcheck.builds.setup_script.script_context import ScriptContext
from wheelcheck.builds.setup_script.script_reader import read_setup_script
from wheelcheck.index.interface import ArchiveListing, ArchiveMember


def read(body: str, **modules: str) -> SetupScript:
    texts = {f"{name}.py": dedent(text) for name, text in modules.items()}
    around = ScriptContext(
        paths=frozenset(texts), texts=texts, argv=("setup.py", "egg_info"), missing=frozenset()
    )
    script = "import os, sys\nfrom setuptools import Extension, setup\n" + dedent(body)
    return read_setup_script("setup.py", script, around)


@pytest.mark.parametrize(
    "made",
    [
        "'numpy >= {least}'.format(least=least)",
        "'numpy >= {}'.format(least)",
        "'{1} >= {0}'.format(least, 'numpy')",
        "'numpy >= %s' % least",
        "'numpy >= %(least)s' % {'least': least}",
        "'%s >= %s' % ('numpy', least)",
        "f'numpy >= {least}'",
    ],
)
def test_a_version_that_is_formatted_in(made: str):
    script = read(f"""
        least = "1.13"
        more = {{"setup_requires": [{made}], "zip_safe": False}}
        setup(name="x", **more)
    """)
    assert script.setup_requires == ("numpy >= 1.13",)


@given(
    st.text("{}a0.:!%s", max_size=12),
    st.lists(st.text("ab%{", max_size=3) | st.integers() | st.none(), max_size=3),
)
def test_what_is_formatted_is_what_python_makes_of_it(text: str, args: list[object]):
    result = formatted(text, list(args), {"a": "x"})
    if not isinstance(result, Opaque):
        assert result == text.format(*args, a="x")
    result = interpolated(text, tuple(args))
    if not isinstance(result, Opaque):
        assert result == text % tuple(args)


def test_strings_are_not_formatted_without_end():
    assert formatted("{:>999999999}", ["x"], {}) == Opaque()
    assert formatted("{0}" * 3000, ["xxx"], {}) == Opaque()
    assert formatted("{0.__class__}", ["x"], {}) == Opaque()
    assert interpolated("%999999999d", 1) == Opaque()


PARTS = """
    class Missing(Exception):
        pass

    class Part(object):
        optional = False

        def check(self):
            pass

        def requires(self):
            return []

    class Extra(Part):
        optional = True
        section = "extras"

        @classmethod
        def wanted(cls):
            return ask_configuration(cls.section)

        def check(self):
            if self.wanted() is True:
                self.optional = False
            self.seek()
            return "found"

        def seek(self):
            return ""

    class Arrays(Part):
        name = "arrays"

        def requires(self):
            return [self.name + "-api>=1"]

    class Windows(Extra):
        def requires(self):
            return ["windows-only"]

        def seek(self):
            if sys.platform != "win32":
                raise Missing("elsewhere")

    class Deep(Arrays):
        name = "deep"
"""
COLLECTING = """
    import parts
    from distutils.dist import Distribution

    wanted = []
    if any("--" + one in sys.argv for one in Distribution.display_option_names + ["help"]):
        wanted = []
    else:
        good, failed = [], []
        for part in ["a headline", parts.Part(), parts.Arrays(), parts.Windows(), parts.Deep()]:
            if isinstance(part, str):
                print(part.upper())
            else:
                try:
                    part.check()
                except parts.Missing as error:
                    if not part.optional:
                        failed.append(part)
                else:
                    good.append(part)
        if failed:
            sys.exit(1)
        for part in good:
            wanted.extend(part.requires())
    setup(setup_requires=wanted)
"""


def test_requirements_that_objects_of_the_script_bring():
    script = read(COLLECTING, parts="import sys\n" + dedent(PARTS))
    assert script.setup_requires == ("arrays-api>=1", "deep-api>=1")
    assert script.unclear == ()


def test_a_base_out_of_sight_may_define_anything():
    script = read("""
        from somewhere import Base
        class Fallback:
            def requires(self):
                return ["fallback"]
        class Mine(Base, Fallback):
            pass
        setup(setup_requires=Mine().requires())
    """)
    assert script.setup_requires == ()


def test_a_method_of_a_base_that_is_given_self():
    script = read("""
        class Base:
            def __init__(self, *names):
                self.names = list(names)
            def asked(self, least):
                return [name + least for name in self.names]
        class Mine(Base):
            def __init__(self):
                Base.__init__(self, "cffi", "pbr")
            def asked(self):
                return Base.asked(self, least=">=1")
        class Other(Base):
            pass
        setup(setup_requires=Mine().asked() + Other("numpy").asked(">=2"))
    """)
    assert script.setup_requires == ("cffi>=1", "pbr>=1", "numpy>=2")


def test_static_methods_have_no_self():
    script = read("""
        class Needs:
            @staticmethod
            def of(name, version="1"):
                return [name + ">=" + version]
        setup(setup_requires=Needs().of("cffi"))
    """)
    assert script.setup_requires == ("cffi>=1",)


@pytest.mark.parametrize(
    ("grown", "ends"),
    [
        ("if os.system('a'):\n    failed.append(1)\n", False),
        ("for one in 'ab':\n    if os.system(one):\n        failed += [one]\n", False),
        (
            "try:\n    os.system('a')\nexcept OSError:\n    failed.append(1)\n",
            False,
        ),
        ("failed.append(1)\n", True),
        ("if os.system('a'):\n    failed.append(1)\nfailed.append(2)\n", True),
    ],
)
def test_a_list_that_may_have_stayed_empty_ends_nothing(grown: str, ends: bool):  # noqa: FBT001
    script = read(f"failed = []\n{grown}if failed:\n    sys.exit(1)\nsetup(setup_requires=['x'])\n")
    assert ("raises SystemExit" in script.unclear) is ends


def test_a_second_attempt_is_never_read():
    # what asks for requirements ends the script at the first `setup()`, before anything can fail
    script = read("""
        try:
            setup(ext_modules=[Extension("x", ["x.c"])], setup_requires=["first"])
        except Exception:
            setup(setup_requires=["second"])
    """)
    assert script.setup_requires == ("first",)


def test_a_string_of_several_lines():
    script = read('setup(setup_requires="""\n  cffi>=1\n  # not this\n  pbr  # but this\n""")')
    assert script.setup_requires == ("cffi>=1", "pbr")


@pytest.mark.parametrize(
    ("configuration", "argument", "required"),
    [
        ("setup_requires =\n  cffi\n  pbr>=2\n", "", ("cffi", "pbr>=2")),
        ("setup_requires = cffi; pbr>=2\n", "", ("cffi", "pbr>=2")),
        ("setup_requires = cffi\n", "setup_requires=['numpy']", ("numpy",)),
        ("install_requires = cffi\n", "", ()),
        ("no configuration", "", ()),
    ],
)
def test_setup_cfg_fills_in(configuration: str, argument: str, required: tuple[str, ...]):
    texts = {
        "setup.py": f"from setuptools import setup\nsetup({argument})",
        "setup.cfg": f"[options]\n{configuration}",
    }
    members = tuple(ArchiveMember(path, 1) for path in texts)
    facts = read_sdist(SdistContents(ArchiveListing(members, texts)))
    assert facts.build_requires == ("setuptools >= 40.8.0", *required)


def test_requirements_that_follow_from_a_comprehension_of_a_dictionary():
    script = read("""
        here = {ending: os.path.join("p", "x." + ending) for ending in "cpp pyx".split()}
        translates = os.path.exists(here["pyx"])
        setup(setup_requires=["numpy"] + (["cython"] if translates else []))
    """)
    assert script.setup_requires == ("numpy",)
    assert not script.requires_unclear


@pytest.mark.parametrize(
    ("given", "unclear"),
    [
        ("setup_requires=['numpy'] + more()", True),
        ("setup_requires=['numpy', more()]", True),
        ("**more()", True),
        ("setup_requires=['numpy'], **more()", False),
        ("setup_requires=[['numpy'], ('cffi',)]", False),
        ("setup_requires=None", False),
        ("", False),
    ],
)
def test_whether_all_requirements_are_read(given: str, *, unclear: bool):
    assert read(f"from elsewhere import more\nsetup({given})").requires_unclear is unclear
