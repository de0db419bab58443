"""Which kind of models this process has: pydantic's, or structs of the same definition.

The library's values are pydantic's: they validate and have a schema. The command line makes all
its values itself and only writes them down, and importing pydantic with its models takes longer
than solving 330 packages. So its process has them as structs, unless a policy asks for pydantic to
read it.
"""

from __future__ import annotations

__all__ = ["are_structs", "use_structs"]

_structs = False


def use_structs() -> None:
    """Have models be structs in this process; call it before any of them is imported."""
    global _structs  # noqa: PLW0603 (of the process: its models are of one kind)
    _structs = True


def are_structs() -> bool:
    """Whether models are structs."""
    return _structs
