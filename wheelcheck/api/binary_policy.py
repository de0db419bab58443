"""The strictest policy under which requirements install: wheels alone, and the exceptions."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Unpack

from wheelcheck.api.questions.argument_values import as_list
from wheelcheck.api.questions.dockerfile_options import refuse_dockerfiles
from wheelcheck.api.questions.installer_choice import installer_named
from wheelcheck.api.questions.question import Question, keyword_defaults
from wheelcheck.api.questions.question_keywords import Input, QuestionKeywords, with_keywords
from wheelcheck.api.questions.settled import settled
from wheelcheck.reports.values.binary_policy_values import BinaryPolicy
from wheelcheck.targets import Target
from wheelcheck.wheels_only.common_policy import write_policy

__all__ = ["binary_policy"]


@with_keywords(QuestionKeywords, keyword_defaults())
def binary_policy(
    requirements: Input | Iterable[Input] = (),
    *,
    targets: Iterable[str | Target] | None = None,
    packages: Iterable[str] = (),
    no_deps: bool = False,
    installer: str | None = None,
    keep_versions: bool = False,
    **question: Unpack[QuestionKeywords],
) -> BinaryPolicy:
    """Write the strictest policy with which requirements still install.

    A policy is what pip calls ``--only-binary`` and ``--no-binary``, and other tools likewise.

    Args:
        requirements: a file name, a requirement, or several: as for `check`, but no Dockerfile.
        targets: where it is installed; by default as for `check`.
        packages: requirements beside the inputs.
        no_deps: judge only what is listed.
        installer: who installs, as for `check`.
        keep_versions: also make an exception for what would fall back to an older release.
        **question: the keywords from `constraints` to `policy`, as for `check`.

    Returns:
        The policy: exceptions with their reasons, what falls back, what is built in spite of it,
        and the lines for pip, uv and Poetry.

    Raises:
        UsageError: for what the caller can mend. `TargetError` and `RequirementsError` are of this
            kind.
        IndexUnreachable: where no index answers.
    """
    question_put = Question(
        requirements=as_list(requirements), targets=targets, packages=packages, **question
    )
    asking = settled(question_put).with_inputs().question
    refuse_dockerfiles(asking, "name the requirement files that it installs, and its image")
    with asking.open(installer) as opened:
        policy = write_policy(
            opened.requirements,
            opened.targets,
            opened.index,
            as_of=opened.as_of,
            inputs=opened.inputs,
            installer=installer_named(installer),
            no_deps=no_deps,
            keep_versions=keep_versions,
        )
        return policy.model_copy(update={"problems": (*policy.problems, *opened.warnings)})
