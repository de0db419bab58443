"""What is said of Requires-Dist lines without parsing them is what `packaging` says of them."""

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name
from situations import target

from wheelcheck.resolution.dependencies import MarkerEnvironment
from wheelcheck.resolution.requires_dist import needed_extra, stated

EXTRAS = ["x", "Test-All", "a.b_c"]
NAMES = st.sampled_from(["a", "Foo.bar", "x_y-z", "1a", "a-", "", "é"])
CLAUSES = st.sampled_from(
    [
        *("", ">=1", " (>=1,<2.0)", " ( >=1 )", ">=1,", "==1,,<2", "=1", "===x", "@ https://e/x"),
        *("==1.*", ">=1.*", "~=1", "~=1.2", "<2a0", "==1-2", "!=1.0.post1,>0"),
        *("[e]", "[e, f]>=1", "[]", "[e"),
    ]
)
COMPARISONS = st.sampled_from(
    [
        'python_version >= "3.13"',
        "sys_platform=='win32'",
        "platform_machine != 'x86_64'",
        "python_full_version<'3.12.1'",
        "os_name in 'nt'",
        'python_version >= "3.13',
        "sys_platform == 'li\\'nux'",
        "extra == 'x'",
        "(os_name == 'nt')",
    ]
)
JOINERS = st.sampled_from([" and ", " or ", " and  ", ") and ", " and ("])
CONDITIONS = st.lists(st.tuples(COMPARISONS, JOINERS), max_size=3).map(
    lambda pairs: "".join(comparison + joiner for comparison, joiner in pairs)
)
LAST = st.sampled_from(
    [
        *("extra == 'x'", 'extra=="Test-All"', "extra == \"a.b_c'", "extra != 'x'"),
        *("extra == 'x' ", "extra == ''", "extra == '-'", "(extra == 'x')"),
        "extra == 'x' or os_name == 'posix'",
    ]
)
LINES = st.builds(
    lambda name, clause, semicolon, opening, condition, last: (
        f"{name}{clause}{semicolon}{opening}{condition}{last}"
    ),
    NAMES,
    CLAUSES,
    st.sampled_from(["; ", ";", " ; ", " "]),
    st.sampled_from(["", "", "("]),
    CONDITIONS,
    LAST,
)
ENVIRONMENTS = [
    target(libc, python, arch).marker_environment()
    for libc, python, arch in [("glibc", (3, 12), "x86_64"), ("musl", (3, 13), "aarch64")]
]


@settings(max_examples=2000)
@given(text=LINES)
@example(text="a>=1; (os_name == 'nt' or os_name == 'posix') and extra == 'x'")
@example(text="a>=1; os_name == 'posix' or os_name == 'nt' and extra == 'x'")
def test_a_line_left_alone_is_valid_and_holds_with_its_extra_alone(text):
    extra = needed_extra(text)
    if extra is None:
        return
    marker = Requirement(text).marker
    assert extra in {canonicalize_name(each) for each in EXTRAS}
    for environment in ENVIRONMENTS:
        for other in {"", *map(canonicalize_name, EXTRAS)} - {extra}:
            assert not marker.evaluate({**environment, "extra": other})


@pytest.mark.parametrize(
    "line",
    [
        'pytest>=7; extra == "test"',
        "pytest (>=7,<8) ; extra == 'test'",
        "moto[s3, server]; extra == 'test'",
        "mypy~=1.4; python_version >= '3.9' and extra == 'test'",
        "uvloop ; (sys_platform != 'win32' and os_name == 'posix') and extra == 'Test'",
        "x==1.0.post1,!=2a0; extra=='test'",
    ],
)
def test_usual_spellings_are_read_without_parsing(line):
    assert needed_extra(line) == "test"


@settings(max_examples=500)
@given(texts=st.lists(LINES, max_size=3), wanted=st.sampled_from([(), ("x",), ("a-b-c", "x")]))
def test_what_is_stated_holds_as_if_every_line_were_parsed(texts, wanted):
    for values in ENVIRONMENTS:
        found = MarkerEnvironment(values).required(tuple(texts), wanted)
        try:
            every = [Requirement(text) for text in texts]
        except InvalidRequirement:
            assert isinstance(found, InvalidRequirement)
            continue
        assert list(found) == [
            each
            for each in every
            if each.marker is None
            or any(each.marker.evaluate({**values, "extra": extra}) for extra in wanted or [""])
        ]


def test_environments_in_which_the_same_holds_share_a_value():
    lines = ("a; python_version >= '3.8'", "b; python_version < '3'", 'c; extra == "x"')
    here, there = (MarkerEnvironment(values) for values in ENVIRONMENTS)
    assert here.required(lines, ()) is there.required(lines, ())
    assert len(stated(lines, ()).requirements) == 2
