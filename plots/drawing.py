"""Draws several figures at once, each in its own process."""

import multiprocessing
import os
import signal
import threading
from collections.abc import Iterator
from concurrent.futures import Executor, ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import contextmanager

# The slowest figure sets the time from here on.
MOST_WORKERS = 8


def default_workers() -> int:
    """Return how many figures are drawn at once by default."""
    return min(os.cpu_count() or 1, MOST_WORKERS)


@contextmanager
def drawing_pool(workers: int) -> Iterator[Executor]:
    """Yield an executor for figures; for one worker, a thread of this process.

    If the block fails or is interrupted, figures in progress are abandoned.
    """
    pool = start_processes(workers) if workers > 1 else ThreadPoolExecutor(1)
    try:
        yield pool
    except BaseException:
        for worker in multiprocessing.active_children():
            worker.terminate()
        raise
    finally:
        pool.shutdown(cancel_futures=True)


def start_processes(workers: int) -> Executor:
    """Return a pool whose processes run, load matplotlib and never see Ctrl-C.

    They inherit that the signal is held back: `drawing_pool` stops them, so that a
    traceback from each does not. They are not forked, as DuckDB's threads would be
    missing from the copy.
    """
    context = multiprocessing.get_context("spawn")
    pool = ProcessPoolExecutor(workers, context, initializer=end_with_parent)
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        for _ in range(workers):
            pool.submit(load_matplotlib)
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
    return pool


def end_with_parent() -> None:
    """Let this process end when the parent is killed, rather than wait forever."""

    def watch() -> None:
        multiprocessing.parent_process().join()
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()


def load_matplotlib() -> None:
    """Import the drawing code while the first process still reads the views."""
    import plots.render  # noqa: F401
