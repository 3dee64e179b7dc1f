"""Ctrl-C and `kill`: end at once, with one line that says what became of the work.

Python's own answer is an exception. DuckDB turns it into one of its own, it can break
off tidying up, and where nothing catches it, it ends in a traceback. What a crash
leaves behind does no harm (see loaders/warehouse/publish.py), so stopping is a crash with a message.
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
    """When stopped, call `tidy`, which returns what became of the work.

    It is called between any two steps of the program. The last one given counts.
    """
    global _tidy
    _tidy = tidy


def end_when_stopped() -> None:
    """Let Ctrl-C and `kill` end this process, without an exception.

    Called first, so this is also where a stream that is closed gets opened.
    """
    _open_closed_streams()
    owner = os.getpid()
    # Else Python's helper says that it tidies up the semaphores of killed workers.
    os.environ.setdefault("PYTHONWARNINGS", "ignore:resource_tracker:UserWarning")

    def answer(number: int, _frame: FrameType | None) -> None:
        if os.getpid() == owner:
            end(number)
        os._exit(128 + number)  # a worker, whose parent has the say

    for number in (signal.SIGINT, signal.SIGTERM):
        # A shell lets what runs in the background ignore the Ctrl-C of others.
        if signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, answer)


def _open_closed_streams() -> None:
    """Let what is said go to no one where stdout or stderr is closed (`>&-`).

    The next file to be opened would take its number: the warehouse could become stderr,
    and messages would be written into it.
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
    # On a terminal `^C`, and maybe a progress bar, stand on the line already.
    start = "\n" if os.isatty(2) else ""
    text = f"{start}stopped; {_tidy()}\n"
    os.write(2, text.encode(errors="backslashreplace"))
    os._exit(128 + number)
