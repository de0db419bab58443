"""One honest sentence for every kind of miss."""

import pytest

from wheelcheck.targets import Architecture, Implementation, Libc, Target, summarise_misses


def target(python=(3, 12), libc=Libc.MUSL, version=(1, 2), *, free_threaded=False) -> Target:
    return Target(
        "test",
        Implementation.CPYTHON,
        python,
        "{}.{}.0".format(*python),
        free_threaded,
        libc,
        version,
        Architecture.X86_64,
    )


ALPINE = target()
SLIM = target(libc=Libc.GLIBC, version=(2, 36))
FREE = target((3, 13), free_threaded=True)


@pytest.mark.parametrize(
    ("tags", "subject", "sentence"),
    [
        (
            (
                "cp312-cp312-manylinux_2_28_x86_64 cp312-cp312-manylinux_2_17_aarch64 "
                "cp312-cp312-manylinux2014_aarch64 cp312-cp312-win32 "
                "cp311-cp311-musllinux_1_2_x86_64"
            ),
            ALPINE,
            (
                "cp312 wheels exist for manylinux_2_28_x86_64 and manylinux_2_17_aarch64; "
                "none for musllinux"
            ),
        ),
        (
            "cp312-cp312-manylinux_2_28_x86_64 cp312-cp312-musllinux_1_1_aarch64",
            ALPINE,
            (
                "cp312 wheels exist for manylinux_2_28_x86_64 and musllinux_1_1_aarch64; "
                "none for musllinux on x86_64"
            ),
        ),
        (
            "py3-none-manylinux_2_28_x86_64 cp38-abi3-manylinux_2_28_x86_64",
            ALPINE,
            "cp38-abi3 and py3 wheels exist for manylinux_2_28_x86_64; none for musllinux",
        ),
        (
            "cp312-cp312-manylinux_2_28_aarch64.manylinux_2_17_aarch64 cp312-cp312-win_amd64",
            SLIM,
            "cp312 wheels exist for manylinux_2_17_aarch64; none for x86_64",
        ),
        (
            "cp312-cp312-manylinux_2_39_x86_64 cp312-cp312-manylinux_2_38_x86_64",
            SLIM,
            "cp312 wheels exist, but the nearest needs glibc 2.38, target has 2.36",
        ),
        (
            "cp312-cp312-win32 cp312-cp312-win_amd64 cp312-cp312-macosx_11_0_arm64",
            SLIM,
            "cp312 wheels exist for Windows and macOS only; none for Linux",
        ),
        (
            "cp313-cp313-musllinux_1_2_x86_64 cp38-abi3-musllinux_1_2_x86_64",
            FREE,
            "wheels exist for builds with the GIL only (cp313 and cp38-abi3); none for cp313t",
        ),
        (
            "cp312-cp312t-musllinux_1_2_x86_64",
            ALPINE,
            "wheels exist for free-threaded builds only (cp312t); none for cp312",
        ),
        (
            (
                "cp39-cp39-musllinux_1_1_x86_64 cp38-cp38-manylinux1_x86_64 "
                "cp310-cp310-musllinux_1_1_x86_64 cp313-abi3-musllinux_1_1_x86_64"
            ),
            ALPINE,
            "wheels exist for CPython 3.9 to 3.10 and CPython 3.13 or later only",
        ),
        (
            "cp39-cp39-win32 cp38-cp38-manylinux1_x86_64 cp311-cp311-win_amd64",
            ALPINE,
            (
                "wheels exist for CPython 3.8 to 3.9 and CPython 3.11 only, "
                "and none of them for musllinux on x86_64"
            ),
        ),
        (
            "pp310-pypy310_pp73-linux_x86_64 pp39-pypy39_pp73-linux_x86_64",
            SLIM,
            "wheels exist for PyPy 3.10 and PyPy 3.9 only",
        ),
        ("nonsense", SLIM, "no wheel has a tag that can be read"),
        ("", SLIM, "there are no wheels"),
    ],
)
def test_the_nearest_misses_are_a_single_sentence(tags, subject, sentence):
    assert summarise_misses(tags.split(), subject) == sentence


def test_what_fits_is_left_out():
    tags = ["py3-none-any", "cp312-cp312-win32"]
    assert summarise_misses(tags, SLIM) == "cp312 wheels exist for Windows only; none for Linux"


def test_long_lists_are_cut_with_a_count():
    tags = [f"cp312-cp312-manylinux_2_17_{arch}" for arch in ("aarch64", "ppc64le", "s390x")]
    sentence = summarise_misses([*tags, "cp312-cp312-manylinux_2_31_riscv64"], SLIM)
    assert sentence == (
        "cp312 wheels exist for manylinux_2_17_aarch64, manylinux_2_17_ppc64le, "
        "manylinux_2_31_riscv64 and 1 more; none for x86_64"
    )
