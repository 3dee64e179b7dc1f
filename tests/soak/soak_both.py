"""A load and a build that want the warehouse at the same time: both happen."""

import random
import time

from readers import generation_name, size_of
from tally import Broken, Tally, scaled
from tiny_project import ask, warehouse_of
from trials import whole_generation, write_generation

TIMES = 50


def test_a_load_and_a_build_at_once(loader, builder, refreshed_place, tmp_path):
    """The second is told of the first, or waits for its turn; run again, it is done."""
    place, data = refreshed_place, tmp_path / "data"
    data.mkdir()
    owner = place / ".evalhouse.duckdb.build" / ".pid"
    load = (loader, [data, "--db", warehouse_of(place)])
    build = (builder, ["--quiet", "build"])
    delays = random.Random(3)
    tally = Tally("load and `dbt build` at once, overlap forced")
    for number in range(scaled(TIMES)):
        write_generation(data, generation_name(number), size_of(number))
        before = ask(place, "select any_value(generation) from first") if number else []
        first, second = (load, build) if number % 2 else (build, load)
        with tally.one():
            process = first[0].start(*first[1], folder=place)
            # Once it has its copy, and at any moment after.
            while not (owner.exists() and owner.read_text() == str(process)):
                time.sleep(0.001)
            time.sleep(delays.random() / 5)
            after = second[0].run(*second[1], folder=place)
            outcome = first[0].wait()
            assert outcome.code == 0, outcome.output
            if after.code:
                assert after.code == 2, after.output
                assert f"refreshed by process {process}" in after.output
                assert "Traceback" not in after.output
                tally.seen["refused by name"] += 1
                after = second[0].run(*second[1], folder=place)
            else:
                tally.seen["just ended"] += 1
            assert after.code == 0, after.output
            built = [(whole_generation(place),)]
            if built == before:
                raise Broken("lost", "the build")
            counts = ask(
                place,
                "select count(*), count(distinct agent), any_value(agent) "
                "from raw.metr_runs where agent like 'generation%'",
            )
            expected = [(size_of(number), 1, generation_name(number))]
            if counts != expected:
                kind = "doubled" if counts[0][0] > size_of(number) else "lost"
                raise Broken(kind, counts)
    assert tally.seen["refused by name"]
    tally.end()
