"""Ctrl-C and `kill`: end at once, with one line about the state of the work.

Python itself would raise an exception. DuckDB turns that into its own, it can interrupt
the clean-up, and if nothing catches it, it ends in a traceback. A crash leaves nothing
harmful behind (see loaders/warehouse/publish.py), so a stop is a crash with a message.
"""

import os
import signal
import sys
from collections.abc import Callable
from types import FrameType


def _nothing_to_tidy() -> str:
    return "nothing was changed"


_tidy: Callable[[], str] = _nothing_to_tidy


def on_stop(tidy: Callable[[], str]) -> None:
    """When stopped, call `tidy`, which returns a message about the state of the work.

    It can be called between any two steps of the program. The last one set counts.
    """
    global _tidy
    _tidy = tidy


def end_when_stopped() -> None:
    """Let Ctrl-C and `kill` end this process without an exception.

    It is called first, so it also opens streams that are closed.
    """
    _open_closed_streams()
    owner = os.getpid()
    # Else Python's helper says that it tidies up the semaphores of killed workers.
    os.environ.setdefault("PYTHONWARNINGS", "ignore:resource_tracker:UserWarning")

    def answer(number: int, _frame: FrameType | None) -> None:
        if os.getpid() == owner:
            end(number)
        os._exit(128 + number)  # a worker: its parent decides

    for number in (signal.SIGINT, signal.SIGTERM):
        # Background jobs of a shell ignore Ctrl-C.
        if signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, answer)


def _open_closed_streams() -> None:
    """Discard output if stdout or stderr is closed (`>&-`).

    Otherwise the next file to be opened would take its number: the warehouse could
    become stderr, and messages would be written into it.
    """
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)
    if sys.stdout is None:
        sys.stdout = open(1, "w", closefd=False)  # noqa: SIM115
    if sys.stderr is None:
        sys.stderr = open(2, "w", closefd=False)  # noqa: SIM115


def end(number: int = signal.SIGINT) -> None:
    """End this process as signal `number` asks, from its main thread."""
    # A second Ctrl-C does not wait for the first.
    signal.signal(number, signal.SIG_DFL)
    # Not imported here: a process that has workers has imported it.
    if multiprocessing := sys.modules.get("multiprocessing"):
        for worker in multiprocessing.active_children():
            worker.kill()
    # On a terminal the line already has `^C`, and maybe a progress bar.
    start = "\n" if os.isatty(2) else ""
    text = f"{start}stopped; {_tidy()}\n"
    os.write(2, text.encode(errors="backslashreplace"))
    os._exit(128 + number)
