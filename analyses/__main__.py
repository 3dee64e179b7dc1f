"""`python -m analyses`: answers to the questions of this folder, and a gate for CI."""

if __name__ == "__main__":
    # First, because the other imports take a while.
    from common.faults import end_on_fault
    from common.stopping import end_when_stopped

    end_when_stopped()
    end_on_fault("the warehouse is unchanged")

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

import duckdb

from analyses import comparison, verdicts
from analyses.answers import answer
from analyses.formats import FORMATS, to_json
from analyses.questions import Refused, ask, names, parse_setting, question_of
from common import VERSION
from common.command_line import add_warehouse, end_with
from common.names import one_of, printable
from common.warehouse import first_line, remedied
from plots.warehouse import WarehouseUnreadable, open_warehouse

COMPARE = "is the new agent worse than the old one? Exit code 0 no, 1 yes, 2 unknown"


def main(argv: Sequence[str] | None = None) -> int:
    """Print what is asked for; return the exit code."""
    given = list(sys.argv[1:] if argv is None else argv)
    if not given:
        print_questions()
        return 0
    is_comparison = given[0] == "compare"
    if is_comparison:
        arguments = comparison_line().parse_args(given[1:])
    else:
        arguments = question_line().parse_args(given)
    try:
        return compare(arguments) if is_comparison else show(arguments)
    except (Refused, WarehouseUnreadable) as error:
        message = str(error)
    except duckdb.Error as error:
        known = remedied(error)
        message = (
            f"{arguments.db}: {known}"
            if known
            else (
                f"{arguments.db}: the views are missing, or older than this question: "
                f"{first_line(error)} Refresh them: dbt build."
            )
        )
    if is_comparison and arguments.json:
        document = {"verdict": "cannot_be_said", "exit_code": 2, "reason": message}
        print(to_json(document), end="")
    for line in message.splitlines():
        print(printable(line), file=sys.stderr)
    return 2


def print_questions() -> None:
    """Print each question with the name that asks it."""
    for name in names():
        print(f"{name:<44} {question_of(name)}")
    print(f"{'compare OLD NEW':<44} {COMPARE}")


def question_line() -> argparse.ArgumentParser:
    """Return what reads a question's command line."""
    parser = argparse.ArgumentParser(
        prog="python -m analyses",
        description="Answer a question from the views. Without arguments: list the "
        "questions. `compare OLD NEW` compares two agents.",
        epilog="example: python -m analyses which_model_wins --format latex "
        "--where \"basis = 'max_accuracy'\"",
    )
    parser.add_argument("--version", action="version", version=f"evalhouse {VERSION}")
    parser.add_argument(
        "name", metavar="QUESTION", help="its name in the list, as which_model_wins"
    )
    parser.add_argument(
        "--format",
        type=one_of(FORMATS),
        metavar="FORMAT",
        default="table",
        help=f"{', '.join(FORMATS)} (default: table)",
    )
    parser.add_argument(
        "--where",
        action="append",
        default=[],
        metavar="CONDITION",
        help="keep the rows for which this is true, in SQL over the answer's columns",
    )
    parser.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="make another choice, as in success_rule=half_credit; the line under the "
        "answer names the choices",
    )
    add_warehouse(parser, Path)
    return parser


def comparison_line() -> argparse.ArgumentParser:
    """Return what reads the command line of a comparison."""
    parser = argparse.ArgumentParser(
        prog="python -m analyses compare",
        description="Compare two agents on the tasks that both tried.",
        epilog="exit code: 0 not worse, 1 worse beyond the margin, 2 cannot be said. "
        "example: python -m analyses compare agent-v1 agent-v2 --benchmark gaia "
        "--margin 0.02",
    )
    parser.add_argument(
        "old",
        metavar="OLD",
        help="an agent: its label in evaluations.agent_label, its name in the files, "
        "or its model where no other agent has the same",
    )
    parser.add_argument("new", metavar="NEW", help="the agent to judge, named alike")
    parser.add_argument(
        "--benchmark",
        metavar="B",
        help="only this benchmark (default: each that both ran)",
    )
    parser.add_argument(
        "--rule",
        metavar="RULE",
        help="what counts as success (default: the source's headline)",
    )
    parser.add_argument(
        "--margin",
        type=share,
        default=0.02,
        metavar="SHARE",
        help="the loss that you accept, as a share of the tasks (default: 0.02)",
    )
    parser.add_argument(
        "--alpha",
        type=share,
        default=0.05,
        metavar="P",
        help="a difference with a larger p-value counts as chance (default: 0.05)",
    )
    parser.add_argument(
        "--strict",
        action="store_true",
        help="say `not worse` only if the whole interval is above minus the margin",
    )
    form = parser.add_mutually_exclusive_group()
    form.add_argument("--json", action="store_true", help="print JSON")
    form.add_argument(
        "--markdown", action="store_true", help="print a block for a pull request"
    )
    add_warehouse(parser, Path)
    return parser


def share(text: str) -> float:
    """Return a share between 0 and 1."""
    value = float(text)
    if not 0 <= value <= 1:
        raise argparse.ArgumentTypeError(f"{text}: must be from 0 to 1")
    return value


def show(arguments: argparse.Namespace) -> int:
    """Print the answer to a question."""
    question = ask(arguments.name, dict(map(parse_setting, arguments.set)))
    with open_warehouse(arguments.db) as connection:
        found = answer(connection, question, arguments.where)
    sys.stdout.write(FORMATS[arguments.format](found))
    if arguments.format == "csv":
        print(printable(found.caption), file=sys.stderr)
    return 0


def compare(arguments: argparse.Namespace) -> int:
    """Print how two agents compare; the exit code is the verdict."""
    with open_warehouse(arguments.db) as connection:
        found = comparison.compare(
            connection,
            arguments.old,
            arguments.new,
            arguments.benchmark,
            arguments.rule,
            arguments.margin,
            arguments.alpha,
            arguments.strict,
        )
    verdict = comparison.verdict_of(found)
    form = "json" if arguments.json else "markdown" if arguments.markdown else "table"
    write = verdicts.FORMATS[form]
    sys.stdout.write(write(found, verdict, arguments.margin, arguments.alpha))
    return int(verdict)


if __name__ == "__main__":
    end_with(main)
