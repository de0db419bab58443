"""A report with what the settings of a project say of it."""

from __future__ import annotations

from datetime import date

from wheelcheck.gate.allowances import allowance_problems
from wheelcheck.gate.settings import Settings
from wheelcheck.gate.violations import violations
from wheelcheck.reports.values.report import Report

__all__ = ["held_against"]


def held_against(report: Report, settings: Settings, today: date, *, part: bool = False) -> Report:
    """The report with its violations of the policy, and remarks on allowances.

    `part` says that the caller named inputs or targets themselves.
    """
    remarks = allowance_problems(report, settings, today, part=part)
    return report.model_copy(
        update={
            "violations": violations(report, settings.policy, today),
            "problems": (*report.problems, *remarks),
        }
    )
