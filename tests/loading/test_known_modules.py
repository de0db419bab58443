"""Which rows of the shipped table of single modules hold for a release."""

from packaging.version import Version

from wheelcheck.loading.known_modules import known_modules
from wheelcheck.targets import Libc


def test_modules_of_qt_need_more_than_their_package_in_older_releases_too():
    # PyQt6 6.12 came before the wheel of its Qt, so that 6.11 is what a resolver takes
    for version in ("6.8.1", "6.9.0", "6.11.0", "6.12.0"):
        needs = {m.module: m.needs for m in known_modules("pyqt6", Version(version), Libc.GLIBC)}
        assert "libpulse.so.0" in needs["PyQt6.QtMultimedia"]
        assert "libpulse.so.0" not in needs.get("PyQt6.QtWidgets", ())
    for version in ("6.8.3", "6.11.0"):
        found = known_modules("pyside6-essentials", Version(version), Libc.GLIBC)
        needs = {module.module: module.needs for module in found}
        assert "libgssapi_krb5.so.2" in needs["PySide6.QtNetwork"]
    assert known_modules("pyqt6", Version("6.11.0"), Libc.MUSL) == ()
    assert known_modules("pyqt6", Version("6.7.0"), Libc.GLIBC) == ()
