"""The page about the simulator lists the faults that the simulator takes."""

from __future__ import annotations

from tools.docs.simulator_page import PAGE, page


def test_the_page_of_the_simulator_lists_every_fault() -> None:
    assert PAGE.read_text() == page(), "run `make docs`"
