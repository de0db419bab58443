"""Fits the cost model to measurements.csv and writes what wheelcheck ships.

    python fit.py features --cache DIR    read the features of newly measured sdists (network)
    python fit.py fit                     fit, leave out, report (no network)

`features` adds to features.json and requirement_sizes.json; `fit` writes coefficients.json,
measured.csv and installing.json in wheelcheck/costs, and beside this file fit.md and
predictions.csv. Needs wheelcheck[dev]. Nothing here is imported by wheelcheck.
"""

import argparse
import json
import os
import sys
from pathlib import Path

from msgspec.structs import replace

# OpenBLAS reads it when NumPy is imported. The matrices are small: threads of a busy machine wait
# for each other fifty times as long.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
_HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(_HERE.parent.parent))

from fitting import environments, report, rows, transfer, unseen  # noqa: E402 (after the path is set)

_FIRST = _HERE / "measurements.csv"
_LATER = tuple(
    _HERE / f"{name}.csv"
    for name in (
        *("unseen-development", "unseen-held-out", "second-builds", "fifth-builds"),
        *("mypyc-builds", "tails-builds"),
    )
)
"""Builds of releases that were chosen without looking; those held out once are not any more."""
_MEASUREMENTS = (_FIRST, *_LATER)
_JUDGED = tuple(
    _HERE / f"{name}-results.csv"
    for name, *_ in unseen.LISTS
    if name not in {"unseen", "second", "fifth"}  # whose builds are measured above
)
"""Builds of which only the results were written down; they were held out once, too."""
_FEATURES = _HERE / "features.json"
_SIZES = _HERE / "requirement_sizes.json"
_INSTALLS = _HERE / "install_times.csv"
_SHIPPED = _HERE.parent.parent / "wheelcheck" / "costs"


def _features(arguments: argparse.Namespace) -> int:
    from wheelcheck.index import open_index
    from wheelcheck.requirements.requirement_set import IndexOptions

    known = {} if arguments.afresh else rows.stored(_FEATURES)
    with open_index(IndexOptions(), cache_dir=arguments.cache) as index:
        document = rows.gather(rows.successes(_MEASUREMENTS, _JUDGED), index, known)
        sizes = json.loads(_SIZES.read_text(encoding="utf-8")) if _SIZES.exists() else {}
        sizes = environments.gather(_MEASUREMENTS, index, sizes)
        external = transfer.gather_features(_HERE, index)
    report.ship(_FEATURES, document)
    report.ship(_HERE / "features_external.json", external)
    report.ship(_SIZES, sizes)
    return 0


def _fit(_arguments: argparse.Namespace) -> int:
    from fitting import fits, versions

    learned = rows.rows(_MEASUREMENTS, _FEATURES, _JUDGED)
    table = fits.fit(learned)
    table = replace(table, reach={**table.reach, "doubt": fits.doubt_beyond(learned)})
    missed = fits.leaving_out(learned)
    bounds = fits.spread(missed)
    table = replace(table, spread=versions.spreads(learned, table, bounds), unseen=fits.AS_SEEN)
    judged = unseen.judged(_HERE, _FEATURES, missed, table)
    beyond = unseen.sides(judged)
    table = replace(table, unseen=unseen.powers(judged, beyond))
    pairs = versions.pair_errors(learned, table)
    text, figures = report.written(table, missed, pairs, (judged, beyond), _HERE)
    (_HERE / "fit.md").write_text(text, encoding="utf-8")
    report.ship(_SHIPPED / "installing.json", environments.fit(_MEASUREMENTS, _SIZES, _INSTALLS))
    report.ship_coefficients(_SHIPPED / "coefficients.json", table, figures)
    report.ship_predictions(_HERE / "predictions.csv", missed, table)
    report.ship_measured(_SHIPPED / "measured.csv", learned, table)
    print(json.dumps({**figures, "powers": table.unseen, "beyond": beyond}, indent=1))
    return 0


def main() -> int:
    """Run one command; its exit status."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    features = commands.add_parser("features", help="read features of measured sdists")
    features.add_argument("--cache", type=Path, required=True, help="wheelcheck's cache directory")
    features.add_argument("--afresh", action="store_true", help="read all of them again")
    features.set_defaults(run=_features)
    commands.add_parser("fit", help="fit, leave out, report").set_defaults(run=_fit)
    arguments = parser.parse_args()
    return int(arguments.run(arguments))


if __name__ == "__main__":
    sys.exit(main())
