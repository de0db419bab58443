import pytest

from wheelcheck.today import parse_target

LOCK = """version: 6
environments:
  default:
    channels:
    - url: https://conda.example/conda-forge/
    indexes:
    - https://index.example/simple
    packages:
      linux-64:
      - conda: https://conda.example/linux-64/python-3.12.12-hd63d673_2_cpython.conda
      - conda: https://conda.example/linux-64/zstd-1.5.7-hb78ec9c_6.conda
      - pypi: ./
      - pypi: https://files.example/six-1.16.0-py2.py3-none-any.whl
      - pypi: https://files.example/mypy-1.15.0-cp312-cp312-manylinux_2_17_x86_64.whl
      - pypi: git+https://git.example/x/tool@abc#def
      win-64:
      - conda: https://conda.example/win-64/python-3.12.12-h4c637c5_100_cp314.conda
      - pypi: https://files.example/mypy-1.15.0-cp312-cp312-win_amd64.whl
  test:
    indexes:
    - https://index.example/simple
    packages:
      linux-64:
      - conda: https://conda.example/linux-64/python-3.12.12-hd63d673_2_cpython.conda
      - pypi: https://files.example/pytest-8.0.0-py3-none-any.whl
packages:
- conda: https://conda.example/linux-64/zstd-1.5.7-hb78ec9c_6.conda
  sha256: aa
- pypi: https://files.example/six-1.16.0-py2.py3-none-any.whl
  name: six
  version: 1.16.0
  sha256: bb
- pypi: git+https://git.example/x/tool@abc#def
  name: tool
  version: 1.0.0
"""


def test_the_packages_of_the_index_are_read_and_those_of_conda_counted(reading):
    found = reading({"pixi.lock": LOCK})
    assert [line.text for line in found.lines] == ["six==1.16.0", "mypy==1.15.0"]
    assert all(line.locked for line in found.lines)
    six, mypy = found.lines
    assert [file.filename for file in mypy.files] == [
        "mypy-1.15.0-cp312-cp312-manylinux_2_17_x86_64.whl",
        "mypy-1.15.0-cp312-cp312-win_amd64.whl",
    ]
    assert six.hashes == frozenset({"sha256:bb"})
    assert [line.name for line in found.skipped] == ["tool"]
    assert any("3 packages come from conda" in warning for warning in found.warnings)


@pytest.mark.parametrize(
    ("target", "admitted", "six"),
    [
        ("cp312-manylinux_2_28_x86_64", True, True),
        ("cp312-win_amd64", True, False),
        ("cp312-musllinux_1_2_x86_64", False, True),
        ("cp313-manylinux_2_28_x86_64", False, True),
        ("cp312-manylinux_2_28_aarch64", False, False),
    ],
)
def test_an_environment_is_for_its_platforms_and_their_python(reading, target, admitted, six):
    found = reading({"pixi.lock": LOCK})
    on = parse_target(target)
    (scope,) = found.scopes
    assert scope.admits(on) == admitted
    line = found.lines[0]
    assert line.requirement.marker.evaluate(on.marker_environment()) == six


def test_another_environment_is_chosen_as_a_group(reading):
    found = reading({"pixi.lock": LOCK}, groups=["test"])
    assert [line.text for line in found.lines] == ["pytest==8.0.0"]


def test_it_is_recognised_by_what_it_holds(reading):
    assert len(reading({"lock.yaml": LOCK.replace("version: 6", "version: 7")}).lines) == 2


def test_a_format_of_the_future_is_reported(reading):
    found = reading({"pixi.lock": LOCK.replace("version: 6", "version: 9")})
    assert any(line.why.code == "lock-from-the-future" for line in found.skipped)
