"""What the command lines of loaders, plots and analyses share."""

import argparse
import os
import signal
import sys
from collections.abc import Callable
from contextlib import suppress
from typing import Any, NoReturn


def add_warehouse(
    parser: argparse.ArgumentParser, kind: Callable[[str], Any] = str
) -> None:
    """Add the option --db, a path of type `kind`."""
    parser.add_argument(
        "--db",
        metavar="FILE",
        type=kind,
        default=os.environ.get("EVALHOUSE_DB") or "evalhouse.duckdb",
        help="the warehouse (default: $EVALHOUSE_DB, else evalhouse.duckdb)",
    )


def end_with(main: Callable[[], int]) -> NoReturn:
    """Run a command and end the process with its exit code."""
    # A closed pipe, or a terminal that cannot show a name, must not end in a traceback.
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors="backslashreplace")
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    try:
        exit_code = main()
        sys.stdout.flush()
    except OSError as error:
        if error.filename:
            raise
        # The disk that the output goes to is full.
        exit_code = 1
        with suppress(OSError):
            os.write(2, f"cannot print the result: {error.strerror}\n".encode())
    with suppress(OSError):
        sys.stderr.flush()
    # A normal exit would free objects one by one, and complain if the output is not
    # read.
    os._exit(exit_code)
