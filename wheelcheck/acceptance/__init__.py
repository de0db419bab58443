"""Would the installer accept this input at all? Refusals of a whole input, before files matter."""

from wheelcheck.acceptance.input_refusal import InputRefusal
from wheelcheck.acceptance.installer_acceptance import pylock_refusals
from wheelcheck.acceptance.line_errors import has_line_error
from wheelcheck.acceptance.managed import managed_refusals
from wheelcheck.acceptance.platform_acceptance import platform_refusals
from wheelcheck.acceptance.stage import refusals_of

__all__ = [
    "InputRefusal",
    "has_line_error",
    "managed_refusals",
    "platform_refusals",
    "pylock_refusals",
    "refusals_of",
]
