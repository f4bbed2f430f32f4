"""What the page about time says is what the rows say."""

from __future__ import annotations

from sandbox.services import ROWS
from tests.support.time_page import PAGE, page


def test_the_page_about_time_has_the_settings_and_outages_of_the_rows() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "python -m tests.support.time_page writes it"


def test_every_setting_names_a_document_and_every_outage_a_source() -> None:
    for row in ROWS.values():
        for item in row.timing.settings if row.timing is not None else ():
            assert item.source, f"{row.token} {item.path}"
            cost = item.outage({"multiAz": False, "engineVersion": "17"}, "18") if item.outage is not None else None
            assert cost is None or (cost.source and cost.least <= cost.most), f"{row.token} {item.path}"
