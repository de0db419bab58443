"""A distribution's own Python that pip and uv leave alone (PEP 668)."""

from __future__ import annotations

from collections.abc import Iterator

from wheelcheck.acceptance.input_refusal import InputRefusal
from wheelcheck.installers import Rule, is_externally_managed
from wheelcheck.requirements.requirement_set import Origin
from wheelcheck.targets import Target
from wheelcheck.targets.images.catalogue import catalogue

__all__ = ["MANAGED", "managed_refusals"]

MANAGED = "externally-managed"
"""The code of the refusal."""


def managed_refusals(target: Target, where: Origin) -> Iterator[InputRefusal]:
    """Yield why an installation into the Python of the target's image is refused.

    Args:
        target: the target, with its image and its installer.
        where: the line of the command.
    """
    image = target.image
    if image is None or not target.installer.has(Rule.EXTERNALLY_MANAGED):
        return
    row = catalogue().get(image.name) or catalogue().get(f"{image.name}:*")
    own = row is not None and row.python_from == "image"
    minor = "{}.{}".format(*target.python)
    other = row is not None and bool(row.python) and not f"{row.python}.".startswith(f"{minor}.")
    if own or other or not is_externally_managed(image.os, image.os_version):
        return
    distribution = f"{image.os.title()} {image.os_version}"
    yield InputRefusal(
        MANAGED,
        target.installer.tool.value,
        f"{distribution} marks its own Python as externally managed (PEP 668)",
        "install into a virtual environment (python3 -m venv /opt/venv), take the distribution's "
        "package (python3-NAME, on Alpine py3-NAME), or add to the command:",
        "--break-system-packages",
        where=where,
    )
