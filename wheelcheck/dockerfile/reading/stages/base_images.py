"""What a base image has before the first instruction: its folder, user, home, and usual folders.

The images are in `base_images.csv`. A cell that is empty is not known, but for folders,
where the usual folders of every Linux image are there in any case.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cache

from wheelcheck.tables import read_table

__all__ = ["USUAL_FOLDERS", "BaseImage", "base_image"]

_USUAL = """
/ /bin /boot /dev /etc /home /lib /media /mnt /opt /proc /root /run /sbin /srv /sys /tmp /usr
/usr/bin /usr/include /usr/lib /usr/local /usr/local/bin /usr/local/lib /usr/local/sbin
/usr/local/share /usr/sbin /usr/share /usr/src /var /var/cache /var/lib /var/log /var/run
/var/spool /var/tmp
"""
USUAL_FOLDERS = frozenset(_USUAL.split())
"""Folders of every image of a distribution (Filesystem Hierarchy Standard 3.0)."""


@dataclass(frozen=True, slots=True)
class BaseImage:
    """What holds at the start of a stage.

    `user` is a name or a number, "" where it is not known. `apt_lists` says whether apt's package
    lists are there; None where it is not known. `environment` are variables that it sets, beside
    those of every image.
    """

    workdir: str = "/"
    user: str = "root"
    home: str = "/root"
    folders: frozenset[str] = USUAL_FOLDERS
    apt_lists: bool | None = None
    environment: tuple[tuple[str, str], ...] = ()


@cache
def base_image(image: str) -> BaseImage:
    """What is known of an image by its name; what every image has where nothing is."""
    short = image.partition("@")[0]
    short = short if ":" in short.rpartition("/")[2] else f"{short}:latest"
    for row in read_table("dockerfile/reading/stages/base_images.csv"):
        pattern = row["images"] if ":" in row["images"] else f"{row['images']}:*"
        if fnmatchcase(short, pattern):
            bare = row["folders"] == "none"
            return BaseImage(
                workdir=row["workdir"],
                user=row["user"],
                home=row["home"],
                folders=frozenset({"/"}) if bare else USUAL_FOLDERS | set(row["folders"].split()),
                apt_lists={"yes": True, "no": False}.get(row["apt_lists"]),
                environment=tuple(_pairs(row["environment"])),
            )
    return BaseImage()


def _pairs(text: str) -> Iterator[tuple[str, str]]:
    for each in text.split():
        name, _, value = each.partition("=")
        yield name, value
