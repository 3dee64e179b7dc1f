"""`python -m benchmarks`: measure, and write down what came out."""

import argparse
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from benchmarks import drawing, engines, loading, refreshing
from benchmarks.measure import Benchmark, Case, CommandFailed, measure
from benchmarks.results import RESULTS, section, write

BENCHMARKS: dict[str, Benchmark] = {
    each.name: each
    for each in (
        *loading.BENCHMARKS,
        *refreshing.BENCHMARKS,
        *drawing.BENCHMARKS,
        *engines.BENCHMARKS,
    )
}


def parse_arguments(argv: Sequence[str] | None) -> argparse.Namespace:
    """Parse the command line."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks",
        description=__doc__,
        epilog="example: python -m benchmarks draw_figures --write",
    )
    parser.add_argument(
        "names",
        nargs="*",
        metavar="NAME",
        help="see --list; all of them when none is named",
    )
    parser.add_argument(
        "--list", action="store_true", help="print the names and questions"
    )
    parser.add_argument(
        "--rounds", type=int, default=5, metavar="N", help="runs of each (default: 5)"
    )
    parser.add_argument(
        "--scale",
        type=float,
        default=1.0,
        metavar="SHARE",
        help="of the full size of each file, for a quick look (default: 1)",
    )
    parser.add_argument(
        "--folder",
        type=Path,
        default=Path("build/benchmarks"),
        metavar="DIR",
        help="for the files; several GB at full size (default: build/benchmarks)",
    )
    parser.add_argument(
        "--before",
        type=Path,
        metavar="DIR",
        help="a checkout of another version, to be measured in turn with this one",
    )
    parser.add_argument(
        "--write", action="store_true", help=f"put the tables into {RESULTS.name}"
    )
    arguments = parser.parse_args(argv)
    unknown = [name for name in arguments.names if name not in BENCHMARKS]
    if unknown:
        parser.error(f"{unknown[0]}: there are {', '.join(BENCHMARKS)}")
    if arguments.write and arguments.scale != 1:
        parser.error("--write takes results at full size only")
    return arguments


def main(argv: Sequence[str] | None = None) -> int:
    """Return the exit code: 0 all measured, 1 a command failed."""
    arguments = parse_arguments(argv)
    if arguments.list:
        for benchmark in BENCHMARKS.values():
            print(f"{benchmark.name:<24} {benchmark.question}")
        return 0
    folder = arguments.folder.resolve()
    folder.mkdir(parents=True, exist_ok=True)
    for name in arguments.names or BENCHMARKS:
        benchmark = BENCHMARKS[name]
        measured = []
        try:
            for case in benchmark.cases(folder, arguments.scale):
                print(f"{name}: {case.size}", file=sys.stderr)
                if arguments.before:
                    case = _with_before(case, arguments.before.resolve())
                measured.append((case, measure(case, arguments.rounds)))
                text = section(benchmark, measured)
                # The larger sizes may take hours.
                if arguments.write:
                    write(name, text)
        except CommandFailed as failed:
            print(f"{name}: {failed}", file=sys.stderr)
            return 1
        print(text)
    return 0


def _with_before(case: Case, folder: Path) -> Case:
    """Return a case with our command as another version has it, too."""
    ours, *others = case.contestants
    environment = dict(ours.environment or {})
    if target := environment.get("DBT_TARGET_PATH"):
        # dbt parses the whole project again where it finds what another one left.
        environment["DBT_TARGET_PATH"] = f"{target}_before"
    before = replace(
        ours,
        name=f"{ours.name}, before",
        folder=folder,
        environment=environment or None,
    )
    return replace(case, contestants=[ours, before, *others])


if __name__ == "__main__":
    sys.exit(main())
