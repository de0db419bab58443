import bz2
import gzip
import hashlib
import io
import itertools
import lzma
import posixpath
import random
import struct
import tarfile
import zipfile
import zlib
from contextlib import suppress

import httpx
import pytest
import respx
from archive_builders import tar_of, wheel_of, zip_of
from hypothesis import example, given
from hypothesis import strategies as st
from msgspec.structs import replace
from packaging.utils import NormalizedName
from packaging.version import Version

from wheelcheck.index.archives import archive, tars, zips
from wheelcheck.index.archives.archive import (
    HashMismatch,
    read_archive,
    read_zip,
)
from wheelcheck.index.archives.limits import ArchiveRefused
from wheelcheck.index.archives.ranges import FileBytes
from wheelcheck.index.interface import ArchiveListing, Sdist, Wheel
from wheelcheck.index.network.credentials import Credentials
from wheelcheck.index.network.failures import FetchFailed
from wheelcheck.index.network.http import Http

MEMBERS = {"foo-1.0/PKG-INFO": "Name: foo\n", "foo-1.0/setup.py": "import sys", "foo-1.0/é/x": "y"}


@pytest.fixture
def read(tmp_path):
    """Read bytes as an sdist that lies on this machine."""

    def read_it(data: bytes, filename: str = "foo-1.0.tar.gz", **facts: object) -> ArchiveListing:
        path = tmp_path / filename
        path.write_bytes(data)
        kind = Wheel if filename.endswith(".whl") else Sdist
        file = kind(
            filename=filename,
            url=path.as_uri(),
            name=NormalizedName("foo"),
            version=Version("1.0"),
            **facts,
        )
        return read_archive(Http(Credentials({}, print)), file, lambda _: True)

    return read_it


def paths(listing: ArchiveListing) -> list[str]:
    return [member.path for member in listing.members]


FORMATS = {
    "tar": tar_of(MEMBERS, mode="w:"),
    "gzip": tar_of(MEMBERS),
    "bzip2": tar_of(MEMBERS, mode="w:bz2"),
    "xz": tar_of(MEMBERS, mode="w:xz"),
    "lzma": lzma.compress(tar_of(MEMBERS, mode="w:"), format=lzma.FORMAT_ALONE),
    "gnu": tar_of(MEMBERS, form=tarfile.GNU_FORMAT),
    "zip": zip_of(MEMBERS),
    "stored zip": zip_of(MEMBERS, compression=zipfile.ZIP_STORED),
    "bzip2 in a zip": zip_of(MEMBERS, compression=zipfile.ZIP_BZIP2),
    "lzma in a zip": zip_of(MEMBERS, compression=zipfile.ZIP_LZMA),
    "two gzip streams": b"".join(
        gzip.compress(part)
        for part in (tar_of(MEMBERS, mode="w:")[:700], tar_of(MEMBERS, mode="w:")[700:])
    ),
    "padded gzip": tar_of(MEMBERS) + bytes(1000),
    "zip after something else": b"#!/bin/sh\n" + zip_of(MEMBERS),
    "zip with a comment": zip_of(MEMBERS)[:-2] + b"\x05\0hello",
}


@pytest.mark.parametrize("form", FORMATS)
def test_a_format_is_recognised_by_its_content(read, form: str):
    listing = read(FORMATS[form], "foo-1.0.zip" if "after" in form else "foo-1.0.tar.gz")
    assert {m.path: m.size for m in listing.members} == {
        path: len(text.encode()) for path, text in MEMBERS.items()
    }
    assert listing.texts == MEMBERS


def test_only_regular_files_are_listed_and_texts_only_when_wanted():
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        for kind in (tarfile.DIRTYPE, tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE):
            info = tarfile.TarInfo(f"foo/{kind!r}")
            info.type, info.linkname = kind, "/etc/passwd"
            archive.addfile(info)
        info = tarfile.TarInfo("./foo//real")
        info.size = 3
        archive.addfile(info, io.BytesIO(b"\xffok"))
    members = list(tars.tar_members(iter([buffer.getvalue()])))
    assert [member.path for member in members] == ["./foo//real"]
    packed = zip_of({"a/": "", "a/b": "x"})
    assert read_zip(FileBytes(io.BytesIO(packed)), lambda _: False).texts == {}
    assert paths(read_zip(FileBytes(io.BytesIO(packed)), lambda _: False)) == ["a/b"]


def test_names_are_tidied_and_text_is_decoded_leniently(read):
    listing = read(tar_of({"./foo//a": b"\xffok"}))
    assert paths(listing) == ["foo/a"]
    assert listing.texts == {"foo/a": "\ufffdok"}


@pytest.mark.parametrize("name", ["/etc/passwd", "foo/../../x", "..", "a" * 5000, "."])
def test_names_that_lead_outside_are_refused(read, name: str):
    for data in (tar_of({name: "x"}), tar_of({name: "x"}, form=tarfile.GNU_FORMAT)):
        with pytest.raises(ArchiveRefused):
            read(data)
    with pytest.raises(ArchiveRefused):
        read(zip_of({name: "x"}), "foo-1.0.zip")


@given(parts=st.lists(st.sampled_from(["", ".", "..", "a", "b c", "...", "x\0"]), max_size=5))
def test_any_name_is_tidied_or_refused(parts: list[str]):
    path = "/".join(parts)
    outside = path.startswith("/") or ".." in parts or "\0" in path
    if outside or posixpath.normpath(path) == ".":
        with pytest.raises(ArchiveRefused):
            archive.checked_path(path)
    else:
        assert archive.checked_path(path) == posixpath.normpath(path)


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_of_duplicates_the_last_counts(read):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("foo/a", "first")
        archive.writestr("foo/a", "second!")
    assert read(buffer.getvalue(), "foo-1.0.zip").texts == {"foo/a": "second!"}
    twice = tar_of({"foo/a": "first", "foo//a": "second!"})
    assert [(m.path, m.size) for m in read(twice).members] == [("foo/a", 7)]
    assert read(twice).texts == {"foo/a": "second!"}


def test_long_texts_are_listed_and_left_out(read, monkeypatch):
    for module in (archive, zips):
        monkeypatch.setattr(module, "MAX_TEXT_BYTES", 100)
    members = {"foo/long": "x" * 101, "foo/short": "x"}
    for data in (tar_of(members), zip_of(members)):
        listing = read(data)
        assert paths(listing) == ["foo/long", "foo/short"]
        assert listing.texts == {"foo/short": "x"}


def test_texts_together_are_limited(read, monkeypatch):
    monkeypatch.setattr(archive, "MAX_TEXTS_BYTES", 15)
    members = {"foo/a": "x" * 10, "foo/b": "x" * 10, "foo/c": "x"}
    for data in (tar_of(members), zip_of(members)):
        assert list(read(data).texts) == ["foo/a", "foo/c"]


def bomb(kind: str) -> bytes:
    """A tar archive whose one member unpacks to a gigabyte of nothing, without making it here."""
    info = tarfile.TarInfo("foo/zeros")
    info.size = 1 << 30
    head = info.tobuf()
    if kind == "gzip":
        packer = zlib.compressobj(9, wbits=31)
        zeros = bytes(1 << 20)
        return b"".join(
            [packer.compress(head), *(packer.compress(zeros) for _ in range(64)), packer.flush()]
        )
    return bz2.compress(head + bytes(64 << 20))


@pytest.mark.parametrize("kind", ["gzip", "bzip2"])
def test_bombs_are_refused(read, monkeypatch, kind: str):
    monkeypatch.setattr(tars, "MAX_UNPACKED_BYTES", 32 << 20)
    with pytest.raises(ArchiveRefused, match="unpacks to more"):
        read(bomb(kind))


def test_too_many_members_are_refused(read, monkeypatch):
    for module in (archive, zips):
        monkeypatch.setattr(module, "MAX_MEMBERS", 10)
    members = {f"foo/{number}": "" for number in range(11)}
    for data in (tar_of(members), zip_of(members)):
        with pytest.raises(ArchiveRefused, match="members"):
            read(data)


def test_large_downloads_are_refused(read, monkeypatch):
    noise = {"foo/x": random.Random(1).randbytes(100_000)}
    monkeypatch.setattr(archive, "MAX_COMPRESSED_BYTES", 50_000)
    with pytest.raises(ArchiveRefused, match="larger"):
        read(tar_of(noise))


def lying_zip(**lies: int) -> bytes:
    """A zip archive whose directory tells something else than what is there."""
    data = bytearray(zip_of({"foo/a": "hello " * 50}))
    place = data.rindex(b"PK\1\2")
    for field, value in lies.items():
        offset = {"flags": 8, "method": 10, "crc": 16, "packed": 20, "size": 24, "offset": 42}[
            field
        ]
        struct.pack_into(
            "<H" if field in {"flags", "method"} else "<L", data, place + offset, value
        )
    return bytes(data)


@pytest.mark.parametrize(
    "lies",
    [
        {"size": 0x7FFFFFFF},
        {"packed": 0x7FFFFFFF},
        {"size": 10},
        {"crc": 7},
        {"offset": 5},
        {"offset": 0x7FFFFFFF},
        {"flags": 1},
        {"method": 14},
        {"packed": 3},
    ],
)
def test_a_lying_directory_is_refused(read, lies: dict[str, int]):
    with pytest.raises(ArchiveRefused):
        read(lying_zip(**lies), "foo-1.0-py3-none-any.whl")


def test_a_directory_that_claims_millions_of_members_is_refused(read):
    data = bytearray(zip_of({"foo/a": "x"}))
    place = data.rindex(b"PK\5\6")
    struct.pack_into("<2H", data, place + 8, 0xFFFE, 0xFFFE)
    with pytest.raises(ArchiveRefused):
        read(bytes(data), "foo-1.0.zip")


def test_overlapping_members_are_refused(read):
    """The same bytes listed as many members: a bomb that unpacks without being nested."""
    data = zip_of({"foo/a": random.Random(1).randbytes(5000)})
    start, end = data.rindex(b"PK\1\2"), data.rindex(b"PK\5\6")
    directory = data[start:end] * 50
    tail = struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, 50, 50, len(directory), start, 0)
    with pytest.raises(ArchiveRefused, match="sizes"):
        read(data[:start] + directory + tail, "foo-1.0.zip")


def test_a_zip64_archive_is_read(read):
    buffer = io.BytesIO()
    with (
        zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive,
        archive.open("foo/a", "w", force_zip64=True) as member,
    ):
        member.write(b"hello")
    data = bytearray(buffer.getvalue())
    start, end = data.rindex(b"PK\1\2"), data.rindex(b"PK\5\6")
    record = struct.pack("<4sQ2H2L4Q", b"PK\6\6", 44, 45, 45, 0, 0, 1, 1, end - start, start)
    locator = struct.pack("<4sLQL", b"PK\6\7", 0, end, 1)
    last = struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, 0xFFFF, 0xFFFF, 0xFFFFFFFF, 0xFFFFFFFF, 0)
    whole = bytes(data[:end]) + record + locator + last
    assert zipfile.ZipFile(io.BytesIO(whole)).namelist() == ["foo/a"]
    assert read(whole, "foo-1.0.zip").texts == {"foo/a": "hello"}


class Huge:
    """Gigabytes of nothing, then `end`: an archive that only its directory is read of."""

    def __init__(self, start: int, end: bytes) -> None:
        self.start, self.end = start, end
        self.size = start + len(end)

    def read(self, start: int, length: int) -> bytes:
        zeros = bytes(min(length, max(0, self.start - start)))
        place = max(0, start - self.start)
        return zeros + self.end[place : place + length - len(zeros)]

    def read_many(self, ranges: object) -> None:
        """Nothing to do: it is here."""


def test_an_archive_beyond_four_gigabytes():
    start, full = 6 << 30, 0xFFFFFFFF
    head = struct.pack(
        "<4s6H3L5H2L", b"PK\1\2", 45, 45, 0, 0, 0, 0, 0, full, full, 5, 28, 0, 0, 0, 0, full
    )
    directory = head + b"foo/a" + struct.pack("<2H3Q", 1, 24, 5 << 30, 5 << 30, 3)
    record = struct.pack("<4sQ2H2L4Q", b"PK\6\6", 44, 45, 45, 0, 0, 1, 1, len(directory), start)
    locator = struct.pack("<4sLQL", b"PK\6\7", 0, start + len(directory), 1)
    last = struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, 1, 1, full, full, 0)
    source = Huge(start, directory + record + locator + last)
    [member] = zips.zip_members(source)
    assert (member.path, member.size, member.offset) == ("foo/a", 5 << 30, 3)
    listing = read_zip(source, lambda _: True)
    assert listing.texts == {}


@pytest.mark.parametrize("where", [0.01, 0.3, 0.6])
@pytest.mark.parametrize("form", ["gzip", "bzip2", "xz", "zip"])
def test_what_is_cut_short_is_refused(read, form: str, where: float):
    data = FORMATS[form]
    with pytest.raises(ArchiveRefused):
        read(data[: int(len(data) * where)])


def test_a_tar_archive_cut_within_a_member_is_refused(read):
    with pytest.raises(ArchiveRefused, match="cut short"):
        read(tar_of({"foo/a": "x" * 5000}, mode="w:")[:3000])


@pytest.mark.parametrize("data", [b"", b"<html>login</html>", bytes(2000), b"\x1f\x8b" + bytes(99)])
def test_what_is_no_archive_is_refused(read, data: bytes):
    for filename in ("foo-1.0.tar.gz", "foo-1.0-py3-none-any.whl"):
        with pytest.raises(ArchiveRefused):
            read(data, filename)


def test_a_missing_file_and_a_false_hash(read, tmp_path):
    data = tar_of(MEMBERS)
    right = {"md5": "00", "sha256": hashlib.sha256(data).hexdigest().upper()}
    assert paths(read(data, hashes=right)) == list(MEMBERS)
    with pytest.raises(HashMismatch):
        read(data, hashes={"sha256": "00" * 32})
    file = Sdist("a.zip", (tmp_path / "a.zip").as_uri(), NormalizedName("a"), Version("1"))
    with pytest.raises(FetchFailed) as failure:
        read_archive(Http(Credentials({}, print)), file, lambda _: True)
    assert failure.value.not_found


def tampered_header(**fields: bytes) -> bytes:
    data = bytearray(tar_of({"foo/a": "x"}, mode="w:", form=tarfile.GNU_FORMAT))
    places = {"size": slice(124, 136), "type": slice(156, 157)}
    for field, value in fields.items():
        data[places[field]] = value
    data[148:156] = b"%06o\0 " % (sum(data[:512]) - sum(data[148:156]) + 8 * 32)
    return bytes(data)


@pytest.mark.parametrize(
    "fields",
    [
        {"size": b"-0000000001\0"},
        {"size": b"hello world\0"},
        {"size": b"\xff" * 12},
        {"size": b"\x80" + b"\x7f" * 11},
        {"type": b"L", "size": b"77777777777\0"},
        {"type": b"S"},
    ],
)
def test_a_lying_tar_header_is_refused(read, fields: dict[str, bytes]):
    with pytest.raises(ArchiveRefused):
        read(tampered_header(**fields), "foo-1.0.tar")


@pytest.mark.parametrize(
    "record", [b"5 a=b\n", b"0 a=b\n", b"99999999999999999999999 a=b\n", b"x a=b\n", b"7 path\n"]
)
def test_a_damaged_extended_header_is_refused(read, record: bytes):
    info = tarfile.TarInfo("foo/a")
    info.type, info.size = tarfile.XHDTYPE, len(record)
    header = info.tobuf(tarfile.USTAR_FORMAT) + record.ljust(512, b"\0")
    with pytest.raises(ArchiveRefused):
        read(header + tar_of({"foo/a": "x"}, mode="w:"))


NAMES = st.text(alphabet="aé./-", min_size=1, max_size=150).map(lambda text: "top/x" + text + "x")
FILES = st.dictionaries(NAMES, st.binary(max_size=1500), max_size=6)


@given(FILES, st.sampled_from([tarfile.PAX_FORMAT, tarfile.GNU_FORMAT]), st.integers(1, 3000))
@example({"top/é/": b"a file, for all that"}, tarfile.PAX_FORMAT, 1)
def test_tar_archives_are_read_as_the_standard_library_reads_them(files, form, chunk):
    data = tar_of(files, mode="w:", form=form)
    with tarfile.open(fileobj=io.BytesIO(data)) as archive:
        expected = [(info.name, info.size) for info in archive if info.isfile()]
        contents = [archive.extractfile(info).read() for info in archive if info.isfile()]
    chunks = (data[start : start + chunk] for start in range(0, len(data), chunk))
    found = [(member.path, member.size, member.read()) for member in tars.tar_members(chunks)]
    assert found == [(*e, c) for e, c in zip(expected, contents, strict=True)]


LINES = st.dictionaries(NAMES, st.text("a\n", max_size=1500), max_size=6)


@given(LINES, st.integers(1, 3000))
@example({"top/empty": "", "top/open": "a\nb", "top/closed": "a\nb\n", "top/blank": "\n"}, 1)
def test_lines_of_a_tar_archive_are_counted_as_it_passes_by(files, chunk):
    data = tar_of(files, mode="w:")
    chunks = (data[start : start + chunk] for start in range(0, len(data), chunk))
    found = [(member.path, member.lines()) for member in tars.tar_members(chunks)]
    assert found == [(path, len(text.splitlines())) for path, text in files.items()]


def test_a_tar_archive_that_ends_while_lines_are_counted_is_refused():
    data = tar_of({"foo/a.c": "a\n" * 1000}, mode="w:")[:1000]
    (member,) = itertools.islice(tars.tar_members(iter([data])), 1)
    with pytest.raises(ArchiveRefused):
        member.lines()


def test_lines_are_counted_in_sources_alone_whether_their_text_is_wanted_or_too_long(
    read, monkeypatch
):
    monkeypatch.setattr(archive, "MAX_TEXT_BYTES", 100)
    files = {"foo/short.c": "a\nb", "foo/long.pyx": "a\n" * 101, "foo/setup.py": "a\n"}
    lines = {"foo/short.c": 2, "foo/long.pyx": 101, "foo/setup.py": None}
    assert {m.path: m.lines for m in read(tar_of(files)).members} == lines
    zipped = read(zip_of(files), "foo-1.0.zip")
    assert {m.path: m.lines for m in zipped.members} == lines
    wheel = read(zip_of(files), "foo-1.0-py3-none-any.whl")
    assert {member.lines for member in wheel.members} == {None}


@given(FILES)
def test_zip_archives_are_read_as_the_standard_library_reads_them(files):
    source = FileBytes(io.BytesIO(zip_of(files)))
    found = {member.path: zips.read_member(source, member) for member in zips.zip_members(source)}
    assert found == files


@given(st.binary(max_size=2000), st.sampled_from(sorted(FORMATS)), st.integers(0, 3000))
def test_damage_ends_in_a_listing_or_a_reason(noise: bytes, form: str, place: int):
    data = FORMATS[form]
    damaged = data[:place] + noise + data[place + len(noise) :]
    watched = iter([damaged])
    with suppress(ArchiveRefused):
        assert archive._read_stream(watched, _ANY, lambda _: True).members is not None


_ANY = Sdist("foo-1.0.tar.gz", "https://index.example/x", NormalizedName("foo"), Version("1.0"))


def test_a_wheels_metadata_is_where_it_should_be(read):
    listing = read(wheel_of("foo", "1.0", requires=("bar",)), "foo-1.0-py3-none-any.whl")
    assert "Requires-Dist: bar" in listing.texts["foo-1.0.dist-info/METADATA"]


@pytest.mark.parametrize("filename", ["foo-1.0.zip", "foo-1.0-py3-none-any.whl"])
def test_a_zip_on_this_machine_is_compared_with_its_hash(read, filename):
    data = zip_of(MEMBERS)
    true = {"sha256": hashlib.sha256(data).hexdigest()}
    assert paths(read(data, filename, hashes=true))
    with pytest.raises(HashMismatch):
        read(data, filename, hashes={"sha256": "0" * 64})


@respx.mock
@pytest.mark.parametrize("ranges", [True, False], ids=["one range", "no ranges"])
def test_a_wheel_that_comes_whole_is_compared_with_its_hash(ranges):
    data = zip_of(MEMBERS)
    headers = {"Content-Range": f"bytes 0-{len(data) - 1}/{len(data)}"} if ranges else {}
    respx.get("https://x.example/foo.whl").mock(
        return_value=httpx.Response(206 if ranges else 200, content=data, headers=headers)
    )
    file = Wheel(
        filename="foo-1.0-py3-none-any.whl",
        url="https://x.example/foo.whl",
        name=NormalizedName("foo"),
        version=Version("1.0"),
        hashes={"sha256": hashlib.sha256(data).hexdigest()},
    )
    http = Http(Credentials({}, print))
    assert paths(read_archive(http, file, lambda _: False))
    with pytest.raises(HashMismatch):
        read_archive(http, replace(file, hashes={"sha256": "0" * 64}), lambda _: False)
    http.close()
