"""``wheelcheck policy FILE --target T``: wheels alone, with the fewest exceptions."""

from __future__ import annotations

from argparse import Namespace

from wheelcheck.api.binary_policy import binary_policy
from wheelcheck.cli.options.folder_arguments import take_folders
from wheelcheck.cli.options.keywords import inputs_of, keywords_of
from wheelcheck.cli.terminal import drawn, progress_shown
from wheelcheck.cli.writing import require_folder, write
from wheelcheck.errors import UsageError
from wheelcheck.reports.json_form import render_json
from wheelcheck.reports.values.binary_policy_values import BinaryPolicy

__all__ = ["run"]


def run(args: Namespace) -> int:
    """Write the policy; 1 where the installation fails on some target, 3 where it is incomplete."""
    require_folder(args.output)
    take_folders(args)
    with progress_shown():
        policy = binary_policy(
            inputs_of(args),
            packages=args.package,
            no_deps=args.no_deps,
            installer=args.installer,
            keep_versions=args.keep_versions,
            **keywords_of(args),
        )
    write(_rendered(policy, args), args.output)
    if not policy.installs:
        return 1
    return 0 if policy.complete else 3


def _rendered(policy: BinaryPolicy, args: Namespace) -> bytes:
    if args.tool:
        try:
            lines = policy.lines(args.tool)
        except KeyError:
            raise UsageError(
                f"these targets cannot share a file for {args.tool}: name them one at a time"
            ) from None
        return "".join(f"{line}\n" for line in lines).encode()
    if args.format == "json":
        return render_json(policy)
    from wheelcheck.reports.text.binary_policy_text import render_binary_policy

    return drawn(render_binary_policy, policy, args=args)
