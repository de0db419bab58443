#!/usr/bin/env bash
# `platform_release >= "5.0"` on a kernel called 6.8.0-45-generic (as Ubuntu names them), and its opposite: which holds?
#
# Versions: packaging 21.3, 23.2, 25.0, 26.0 and 26.4 (pip 24.1 to 25.3 carry one that raises, pip 26 one that does not).
# An expert would guess: the release is no version of PEP 440, so that text is compared with text, as PEP 508 says of that
# case: of `>=` and `<` one holds, and `!=` holds of what is spelled otherwise.
# Seen: none of the three holds, `!=` included. From 22.0 to 25.0 packaging raises InvalidVersion instead: pip installed nothing
# at all there, on just the machines whose kernel has such a name. A right side that is no version is compared as text.
. "$(dirname "$0")/common.sh"
python3 -m venv venv
judge() {
    venv/bin/pip install --quiet "packaging==$1"
    venv/bin/python - << 'PYTHON'
from packaging.markers import Marker
answers = []
for bound in ('>= "5.0"', '< "5.0"', '!= "5.0"'):
    try:
        answers.append(Marker(f"platform_release {bound}").evaluate({"platform_release": "6.8.0-45-generic"}))
    except Exception as error:
        answers.append(type(error).__name__)
print(*answers)
PYTHON
}
for version in 21.3 26.0 26.4; do
    expect "$version: False False False" "$version: $(judge "$version")"
done
for version in 22.0 23.2 25.0; do
    expect "$version: InvalidVersion InvalidVersion InvalidVersion" "$version: $(judge "$version")"
done
expect True "$(venv/bin/python -c 'from packaging.markers import Marker
print(Marker("platform_release != \"5.0-0-generic\"").evaluate({"platform_release": "6.8.0-45-generic"}))')"
