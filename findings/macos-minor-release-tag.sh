#!/usr/bin/env bash
# A wheel tagged with a minor release of macOS 11 or later installs nowhere, not even on that release.
#
# packaging 26.3, pip 26.3.
# An expert would guess: macosx_12_3_arm64 is a floor, so that the wheel installs on macOS 12.3, 13 and 14.
# Seen: since macOS 11 the tags that a Mac accepts name major releases alone (14_0, 13_0, 12_0, 11_0). Neither
# packaging on 12.3 or 14.0 nor pip with --platform macosx_14_0_arm64 takes macosx_12_3_arm64. On macOS 10 minor
# releases count: macosx_10_13 fits 10.15.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/python" -m pip install --quiet --disable-pip-version-check 'packaging==26.3' 'pip==26.3'
"$folder/venv/bin/python" - <<'PY'
from packaging.tags import mac_platforms
from pip._internal.utils.compatibility_tags import get_supported

wheel = "macosx_12_3_arm64"
assert wheel not in set(mac_platforms((12, 3), "arm64")), "packaging takes it on 12.3"
assert wheel not in set(mac_platforms((14, 0), "arm64")), "packaging takes it on 14.0"
assert "macosx_12_0_arm64" in set(mac_platforms((14, 0), "arm64"))
assert "macosx_10_13_x86_64" in set(mac_platforms((10, 15), "x86_64"))
later = {tag.platform for tag in get_supported("312", ["macosx_14_0_arm64"], "cp", ["cp312"])}
assert wheel not in later and "macosx_12_0_arm64" in later, "pip takes it for 14.0"
print(f"{wheel} is taken neither on macOS 12.3 nor on 14.0; macosx_12_0_arm64 is")
PY
