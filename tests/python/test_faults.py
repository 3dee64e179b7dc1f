"""Killed, stopped or out of room at any change it makes, a command leaves no half.

At some of the changes; soak_faults.py tries every one, and many moments besides.
"""

import pytest
from faults import FULL, INTERRUPTED, KILLED, TERMINATED, TORN


def some(change_count: int, how_many: int) -> list[int]:
    """Return numbers of changes, evenly spread, the first and the last among them."""
    step = (change_count - 1) / (how_many - 1)
    return sorted({round(1 + step * number) for number in range(how_many)})


@pytest.mark.parametrize(
    ("kind", "how_many"),
    [(KILLED, 10), (TORN, 6), (FULL, 10), (INTERRUPTED, 8), (TERMINATED, 4)],
)
def test_a_load(loads, kind, how_many):
    for at in some(loads.change_count, how_many):
        loads.go_wrong(kind, at)


@pytest.mark.parametrize("kind", [KILLED, FULL, INTERRUPTED])
def test_a_first_load(first_loads, kind):
    for at in some(first_loads.change_count, 5):
        first_loads.go_wrong(kind, at)


@pytest.mark.parametrize("kind", [KILLED, FULL, INTERRUPTED])
def test_a_build(builds, kind):
    for at in some(builds.change_count - 1, 2):
        builds.go_wrong(kind, at)


@pytest.mark.parametrize("kind", [KILLED, TORN, FULL, INTERRUPTED])
def test_a_figure(figures, kind):
    for at in range(1, figures.change_count + 1):
        figures.go_wrong(kind, at)
