"""Which row of the shipped table holds for a release."""

from packaging.version import Version

from wheelcheck.loading import known_facts as module
from wheelcheck.loading.known_facts import known_facts
from wheelcheck.targets import Architecture, Libc


def test_the_nearest_row_before_a_release_holds_for_it(monkeypatch):
    rows = [
        {"project": "x", "since": since, "read": f"{since}.1", "libc": "glibc", "needs": needs,
         "some_need": "", "opens": "", "holds": "", "versions": ""}
        for since, needs in (("4.2", "libold.so.1"), ("4.10", "libnew.so.1"), ("5.0", ""))
    ]  # fmt: skip
    monkeypatch.setattr(module, "read_table", lambda _: rows)
    caches = (module._cells, module._rows_of, known_facts)
    for each in caches:
        each.cache_clear()
    try:

        def needs(version: str):
            found = known_facts("x", Version(version), Libc.GLIBC, Architecture.X86_64)
            return None if found is None else found.files[0].outside

        assert needs("4.1") is None
        assert needs("4.9") == ("libold.so.1",)
        assert needs("4.11") == ("libnew.so.1",)
        assert needs("5.1") == ()
        assert needs("6.0") is None
    finally:
        for each in caches:
            each.cache_clear()


def test_what_a_wheel_for_a_new_glibc_needs_does_not_hold_for_a_wheel_for_an_old_glibc():
    # lxml has wheels for manylinux_2_17 and for manylinux_2_26 in one release
    lxml = ("lxml", Version("6.1.3"), Libc.GLIBC, Architecture.X86_64)
    new = known_facts(*lxml, (2, 41))
    assert new is not None
    assert "GLIBC_2.25" in new.files[0].versions
    assert known_facts(*lxml, (2, 17)) is None


def test_a_library_that_has_the_release_in_its_name_follows_the_release():
    # a row of 6.8 once had PySide6 6.11 need libshiboken6.abi3.so.6.8, which no wheel beside it has
    def main(version: str):
        target = (Libc.GLIBC, Architecture.X86_64)
        found = known_facts("pyside6-essentials", Version(version), *target)
        assert found is not None
        return found.files[0].outside, found.holds

    for version in ("6.8.3", "6.11.0", "6.12.0"):
        minor = version.rpartition(".")[0]
        needs, holds = main(version)
        assert [n for n in needs if "shiboken" in n] == [f"libshiboken6.abi3.so.{minor}"]
        assert f"libpyside6.abi3.so.{minor}" in holds
        assert "libGL.so.1" in needs
