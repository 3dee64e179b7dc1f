"""What the command lines of loaders, plots and analyses have in common."""

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
    """Let a command be told its warehouse, as a `kind` of path."""
    parser.add_argument(
        "--db",
        metavar="FILE",
        type=kind,
        default=os.environ.get("EVALHOUSE_DB") or "evalhouse.duckdb",
        help="the warehouse (default: $EVALHOUSE_DB, else evalhouse.duckdb)",
    )


def end_with(main: Callable[[], int]) -> NoReturn:
    """Run a command and end the process with its exit code."""
    # A terminal that cannot show a name or a closed pipe is no reason for a traceback.
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors="backslashreplace")
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    try:
        exit_code = main()
        sys.stdout.flush()
    except OSError as error:
        if error.filename:
            raise
        # The disk is full on which what is printed goes.
        exit_code = 1
        with suppress(OSError):
            os.write(2, f"cannot print what became of it: {error.strerror}\n".encode())
    with suppress(OSError):
        sys.stderr.flush()
    # Python's own end frees one by one what ends with the process anyway, and says
    # so if what was printed is not read.
    os._exit(exit_code)
