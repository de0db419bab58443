"""R5: how options of the command line and of files are merged."""

import pytest

from wheelcheck.errors import UsageError
from wheelcheck.requirements import CommandLine, FormatControl, in_any_order, read


def formats(*controls):
    policy = read([], options=CommandLine(controls=controls)).policy
    return {
        name: "".join(
            letter
            for letter, control in (("n", policy.no_binary), ("o", policy.only_binary))
            if control.applies_to(name)
        )
        for name in ("a", "b")
    }


@pytest.mark.parametrize(
    ("controls", "expected"),
    [
        ([], {"a": "", "b": ""}),
        ([("no-binary", "a")], {"a": "n", "b": ""}),
        ([("no-binary", "a,b"), ("only-binary", "b")], {"a": "n", "b": "o"}),
        ([("no-binary", ":all:")], {"a": "n", "b": "n"}),
        ([("no-binary", ":all:"), ("only-binary", "b")], {"a": "n", "b": "o"}),
        ([("only-binary", "b"), ("no-binary", ":all:")], {"a": "n", "b": "n"}),
        ([("only-binary", ":all:"), ("no-binary", ":all:")], {"a": "n", "b": "n"}),
        ([("no-binary", ":all:"), ("no-binary", ":none:")], {"a": "", "b": ""}),
        ([("no-binary", "a"), ("no-binary", ":none:,b")], {"a": "", "b": "n"}),
        ([("no-binary", "a,:all:,b")], {"a": "n", "b": "n"}),
        ([("no-binary", ":all:,:none:,b")], {"a": "", "b": "n"}),
        ([("only-binary", ":all:"), ("no-binary", "A"), ("only-binary", ":none:")],
         {"a": "n", "b": ""}),
    ],
)  # fmt: skip
def test_all_none_and_names_in_order(controls, expected):
    assert formats(*controls) == expected


def test_without_order_names_refine_all():
    controls = in_any_order(no_binary=["a"], only_binary=[":all:"])
    assert controls == (("only-binary", ":all:"), ("no-binary", "a"))
    assert formats(*controls) == {"a": "n", "b": "o"}


def test_files_go_on_where_the_command_line_ended(reading):
    found = reading(
        "--only-binary :none:\n--no-binary My_Pkg\nx --only-binary y\n",
        options=CommandLine(controls=(("only-binary", ":all:"),)),
    )
    assert found.policy.no_binary == FormatControl(
        names=frozenset({"my-pkg"}), except_names=frozenset({"y"})
    )
    assert found.policy.only_binary.names == {"y"}  # pip obeys it even behind a requirement


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("", {"a": None, "b": None}),
        ("--pre", {"a": True, "b": True}),
        ("--all-releases :all:\n--only-final b", {"a": True, "b": False}),
        ("--only-final :all:\n--all-releases b", {"a": False, "b": True}),
        ("--only-final b\n--pre", {"a": True, "b": False}),
        ("--only-final :all:\n--pre", {"a": True, "b": True}),
        ("--all-releases a\n--all-releases :none:", {"a": None, "b": None}),
    ],
)
def test_release_options_add_up_in_their_order(reading, content, expected):
    policy = reading(content).policy
    assert {name: policy.allows_prereleases(name) for name in "ab"} == expected


INDEXES = "index_url", "extra_index_urls", "no_index"


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("", ("https://cli.example", ("https://extra.example",), False)),
        ("--extra-index-url e1\n--extra-index-url e2",
         ("https://cli.example", ("https://extra.example", "e1", "e2"), False)),
        ("--extra-index-url e1\n-i i1\n--extra-index-url e2", ("i1", ("e2",), False)),
        ("--extra-index-url e1 -i i1", ("i1", ("e1",), False)),
        ("-i i1\n-i i2", ("i2", (), False)),
        ("-i i1\n--no-index\n-i i2\n--extra-index-url e1", (None, (), True)),
        ("a -i i1", ("https://cli.example", ("https://extra.example",), False)),
    ],
)  # fmt: skip
def test_an_index_in_a_file_replaces_those_before_it(reading, content, expected):
    command_line = CommandLine(
        index_url="https://cli.example", extra_index_urls=("https://extra.example",)
    )
    index = reading(content, options=command_line).index
    assert tuple(getattr(index, field) for field in INDEXES) == expected


def test_find_links_lie_beside_the_file_or_in_the_working_directory(reading):
    found = reading(
        {
            "sub/a.txt": "-f wheels\n-f elsewhere\n-f one -f two\n-f https://x.example/links\n",
            "sub/wheels/x": "",
            "wheels/x": "",
        },
        options=CommandLine(find_links=("wheels",)),
    )
    assert found.index.find_links == (
        "wheels",
        "sub/wheels",
        "elsewhere",
        "one",
        "https://x.example/links",
    )


def test_flags_add_up(reading):
    found = reading("--prefer-binary\n--trusted-host b.example\n--trusted-host a.example",
                    options=CommandLine(trusted_hosts=("a.example",)))  # fmt: skip
    assert found.policy.prefer_binary
    assert found.index.trusted_hosts == ("a.example", "b.example")


def test_the_command_line_goes_over_the_configuration():
    base = CommandLine(
        controls=(("no-binary", ":all:"),), index_url="i1", extra_index_urls=("e1",), pre=True
    )
    over = CommandLine(
        controls=(("no-binary", ":none:"),), index_url="i2", extra_index_urls=("e2",)
    )
    merged = over.over(base)
    assert merged.controls == (("no-binary", ":all:"), ("no-binary", ":none:"))
    assert (merged.index_url, merged.extra_index_urls, merged.pre) == ("i2", ("e1", "e2"), True)


@pytest.mark.parametrize(
    "options",
    [
        CommandLine(pre=True, controls=(("only-final", "a"),)),
        CommandLine(require_hashes=True, no_require_hashes=True),
        CommandLine(controls=(("no-binary", "-x"),)),
        CommandLine(controls=(("binary", "x"),)),
    ],
)
def test_options_that_pip_refuses(options):
    with pytest.raises(UsageError):
        read([], options=options)


def test_urls_stay_out_of_reprs(reading):
    secret = "https://me:s3cret@x.example"
    options = CommandLine(index_url=secret, extra_index_urls=(secret,), find_links=(secret,))
    found = reading("", options=options)
    assert found.index.index_url == secret
    assert "s3cret" not in repr(options) + repr(found)
