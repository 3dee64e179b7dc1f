"""The rows that the other long checks made go into docs/reliability.md; runs last."""

import pytest
import tally
from conftest import REPOSITORY


def test_the_table_is_written():
    if not tally.TALLIES:
        pytest.skip("nothing was tried")
    assert [row.fault for row in tally.TALLIES if row.said] == []
    tally.write(REPOSITORY / "docs" / "reliability.md")
