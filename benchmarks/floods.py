"""Files of nothing but one oddity: what a reader may not take long or much memory for.

    python -m benchmarks.floods [--bytes N] [--write] [NAME...]

Each is loaded by the command itself into a new warehouse; printed are the seconds of
CPU and the memory of all its processes. The bars hold for any content of that size.
`--write` puts what ran into RESULTS.md, and leaves the rest there as it is.
"""

import argparse
import re
import sys
import tempfile
from pathlib import Path
from typing import NamedTuple

from benchmarks.flood_shapes import FLOODS
from benchmarks.measure import MEGABYTE, Contestant, Run, run
from benchmarks.results import RESULTS, machine, write


class Bar(NamedTuple):
    """What a file of so many bytes may take."""

    byte_count: int
    cpu_seconds: float
    memory_mb: int


BARS = (Bar(10_000_000, 10, 300), Bar(100_000_000, 60, 600))


_QUESTION = (
    "What does a file of nothing but one oddity take? CPU is of all processes, memory "
    "that of the largest one or, where that is more, what all hold that no file backs."
)


class Used(NamedTuple):
    """What loading a file took, and how it ended."""

    cpu_seconds: float
    # Of the largest process with what is mapped, or of all without; the larger one.
    memory_mb: int
    exit_code: int
    said: str

    def is_within(self, bar: Bar) -> bool:
        """Say whether it ended by itself within a bar."""
        return (
            self.exit_code in (0, 1)
            and self.cpu_seconds <= bar.cpu_seconds
            and self.memory_mb <= bar.memory_mb
        )


def load(path: Path, database: Path) -> Used:
    """Load a file by the command, and return what that took."""
    command = [sys.executable, "-m", "loaders", path, "--db", database]
    done: Run = run(Contestant("python -m loaders", command), fails=False)
    memory = max(done.peak_bytes or 0, done.anonymous_bytes or 0)
    said = [line for line in done.said.splitlines() if "refused" in line or ":" in line]
    last = next((line for line in said if "reading" not in line), "")
    return Used(
        done.cpu_seconds, memory // MEGABYTE, done.exit_code, last.partition(": ")[2]
    )


def measured(name: str, byte_count: int, folder: Path) -> Used:
    """Make a flood, load it, and return what that took."""
    suffix, content = FLOODS[name]
    path = folder / f"{name}{suffix}"
    path.write_bytes(content(byte_count))
    try:
        return load(path, folder / f"{name}.duckdb")
    finally:
        path.unlink()
        (folder / f"{name}.duckdb").unlink(missing_ok=True)


_ROW = re.compile(r"^\| (\w+) \| (.+) \| (-?\d+) \|$", re.MULTILINE)
_NOT_RUN = "- | -"


def on_record(results: str) -> dict[int, dict[str, Used]]:
    """Return what RESULTS.md says of floods, by size and name."""
    _, _, text = results.partition("## floods\n")
    found: dict[int, dict[str, Used]] = {bar.byte_count: {} for bar in BARS}
    for name, cells, exit_code in _ROW.findall(text.partition("\n## ")[0]):
        numbers = cells.split(" | ")
        for bar, cpu, memory in zip(BARS, numbers[::2], numbers[1::2], strict=True):
            if cpu != "-":
                used = Used(float(cpu), int(memory), int(exit_code), "")
                found[bar.byte_count][name] = used
    return found


def section(found: dict[int, dict[str, Used]]) -> str:
    """Return what was found as a section of RESULTS.md."""
    titles = [f"{bar.byte_count // MEGABYTE} MB: CPU s | MB" for bar in BARS]
    lines = [
        f"| file | {' | '.join(titles)} | exit |",
        "|---|" + "---:|---:|" * len(BARS) + "---:|",
    ]
    beyond = []
    for name in FLOODS:
        cells, exit_code = [], None
        for bar in BARS:
            used = found[bar.byte_count].get(name)
            cells.append(
                f"{used.cpu_seconds:.1f} | {used.memory_mb}" if used else _NOT_RUN
            )
            exit_code = used.exit_code if used else exit_code
            if used and not used.is_within(bar):
                beyond.append(f"{name} at {bar.byte_count // MEGABYTE} MB")
        if exit_code is not None:
            lines.append(f"| {name} | {' | '.join(cells)} | {exit_code} |")
    said = [
        f"{bar.byte_count // MEGABYTE} MB in {bar.cpu_seconds} s and {bar.memory_mb} MB"
        for bar in BARS
    ]
    return "\n\n".join(
        (
            "## floods",
            _QUESTION,
            "\n".join(lines),
            f"The bars: {', '.join(said)}. Beyond them: {', '.join(beyond) or 'none'}.",
            machine(),
        )
    )


def main(arguments: list[str] | None = None) -> int:
    """Return the exit code: 0 all within the bars, 1 not."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.floods",
        description=__doc__,
        epilog="example: python -m benchmarks.floods table_nan --bytes 1000000",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(FLOODS))
    parser.add_argument("--bytes", type=int, metavar="N", help="instead of the bars'")
    parser.add_argument(
        "--write", action="store_true", help="put the table into RESULTS.md"
    )
    options = parser.parse_args(arguments)
    bars = BARS
    if options.bytes:
        # The bar of the size that it comes up to.
        near = next((bar for bar in BARS if options.bytes <= bar.byte_count), BARS[-1])
        bars = (near._replace(byte_count=options.bytes),)
    if options.write and not set(bars) <= set(BARS):
        parser.error("--write takes the sizes of the bars only")
    is_within = True
    for bar in bars:
        with tempfile.TemporaryDirectory() as folder:
            for name in options.names or FLOODS:
                used = measured(name, bar.byte_count, Path(folder))
                is_within = is_within and used.is_within(bar)
                print(
                    f"{name:<36} {used.cpu_seconds:6.1f} s {used.memory_mb:5} MB "
                    f"exit {used.exit_code}{'' if used.is_within(bar) else ' BEYOND'}"
                    f"  {used.said[:70]}",
                    flush=True,
                )
                # All of them take an hour.
                if options.write:
                    found = on_record(RESULTS.read_text())
                    found[bar.byte_count][name] = used
                    write("floods", section(found))
    return 0 if is_within else 1


if __name__ == "__main__":
    sys.exit(main())
