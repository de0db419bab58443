import pytest
from rich.text import Text

from wheelcheck.reports.text.text_page import TextPage


@pytest.mark.parametrize("unit", ["s", "min", "MB", "GiB", "%", "h"])
@pytest.mark.parametrize("width", range(60, 75))
def test_a_number_and_its_unit_stay_on_the_same_line(unit, width):
    page = TextPage(width, colour=False)
    page.prose(Text.assemble("the image then takes ", ("12.5 ", "bold"), f"{unit}, and more"))
    page.prose("about " + f"120 {unit} and " * 12)
    for line in page.text().splitlines():
        assert not line[-1:].isdigit()
        assert len(line) <= width
    assert f"12.5 {unit}" in " ".join(page.text().split())
