"""Readers are never refused and never see half a refresh, for a minute on end."""

import time
from collections.abc import Iterator
from itertools import count, takewhile

from readers import refresh_and_read

SECONDS = 60


def test_two_readers_and_a_plotter_during_refreshes(
    loader, builder, refreshed_place, tmp_path
):
    end = time.monotonic() + SECONDS
    rounds: Iterator[int] = takewhile(lambda _: time.monotonic() < end, count(1))
    counts = refresh_and_read(loader, builder, refreshed_place, tmp_path, rounds)
    assert counts["generations seen"] > 1
    summary = ", ".join(f"{number} {what}" for what, number in counts.items())
    print(f"\nreaders: {SECONDS} seconds, none failed or saw half: {summary}")
