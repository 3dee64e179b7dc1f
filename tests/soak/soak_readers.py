"""Fifty readers while the warehouse is loaded and built: none fails or sees half."""

import contextlib
import json
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from readers import QUERY, generation_name, refresh_and_read, size_of
from tally import Broken, Tally, scaled
from tiny_project import ROWS, warehouse_of
from trials import write_generation

READERS = 50
REFRESHES = 20
# Forks readers that read until a file is there, and prints what they saw.
MANY = f"""
import json, os, sys
from collections import Counter
import duckdb
warehouse, over, count = sys.argv[1], sys.argv[2], int(sys.argv[3])
# The refreshes go first, and whatever else the machine does.
os.nice(19)
children = []
for _ in range(count):
    seen = os.memfd_create("seen")
    child = os.fork()
    if child == 0:
        outputs = Counter()
        # In a program that is not a file DuckDB prints bars of its progress to stdout.
        os.dup2(2, 1)
        while not os.path.exists(over):
            try:
                with duckdb.connect(warehouse, read_only=True) as connection:
                    row = connection.execute('''{QUERY}''').fetchone()
                outputs["|".join(map(str, row))] += 1
            except Exception as error:
                outputs[f"failed: {{error}}"] += 1
        os.write(seen, json.dumps(outputs).encode())
        os._exit(0)
    children.append((child, seen))
print("reading", flush=True)
total = Counter()
for child, seen in children:
    os.waitpid(child, 0)
    os.lseek(seen, 0, 0)
    total.update(json.loads(os.read(seen, 1 << 20)))
print(json.dumps(total))
"""


@contextlib.contextmanager
def many_readers(warehouse: Path, folder: Path, count: int) -> Iterator[Counter]:
    """Readers that read during the block; yields what they saw, filled at its end."""
    over, seen = folder / "over", Counter()
    command = [sys.executable, "-c", MANY, warehouse, over, count]
    with subprocess.Popen(
        list(map(str, command)), stdout=subprocess.PIPE, text=True
    ) as readers:
        assert readers.stdout.readline() == "reading\n"
        try:
            yield seen
        finally:
            over.touch()
            seen.update(json.loads(readers.stdout.read()))


def test_many_readers_during_refreshes(loader, builder, refreshed_place, tmp_path):
    data, warehouse = tmp_path / "data", warehouse_of(refreshed_place)
    data.mkdir()

    def refresh(number: int) -> None:
        write_generation(data, generation_name(number), size_of(number))
        for runner, arguments in (
            (loader, [data, "--db", warehouse]),
            (builder, ["--quiet", "build"]),
        ):
            outcome = runner.run(*arguments, folder=refreshed_place)
            assert outcome.code == 0, outcome.output

    refresh(0)
    rounds = max(1, scaled(REFRESHES) // 2)
    tally = Tally("read during loads and builds")
    with many_readers(warehouse, tmp_path, READERS) as seen:
        for number in range(1, rounds + 1):
            refresh(number)
    whole = {
        f"{size_of(n)}|{size_of(n)}|{generation_name(n)}|1|{3 * ROWS}|keep me"
        for n in range(rounds + 1)
    }
    for output, count in seen.items():
        tally.tried += count
        for _ in range(0 if output in whole else count):
            is_failed = output.startswith("failed: ")
            tally.count(Broken("failed reads" if is_failed else "half", output))
    tally.seen |= {"readers": READERS, "refreshes": 2 * rounds, "states": len(seen)}
    assert len(seen) > 1
    tally.end()


def test_the_shell_and_a_plotter_during_refreshes(
    loader, builder, refreshed_place, tmp_path
):
    tally = Tally("read by Python, the shell and a plotter, one after another")
    rounds = range(1, scaled(10) + 1)
    counts = refresh_and_read(loader, builder, refreshed_place, tmp_path, rounds)
    assert counts["generations seen"] > 1
    tally.tried = sum(
        n for what, n in counts.items() if "read" in what or "drawn" in what
    )
    tally.seen |= counts
    tally.end()
