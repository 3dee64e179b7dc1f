"""Run a command, with a fault at one of its changes to a folder (see faults.c) or none.

Starting Python and importing DuckDB or dbt takes longer than a small load, so a
Runner imports once, in a process of its own, and forks it for every run. That
process is this file, run as a script.
"""

import atexit
import ctypes
import gc
import json
import os
import resource
import runpy
import shutil
import signal
import subprocess
import sys
from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from typing import Any, NamedTuple, Self

DBT = Path(sys.executable).with_name("dbt")
REPOSITORY = Path(__file__).resolve().parents[2]
NOTHING, KILLED, TORN, FULL, INTERRUPTED, TERMINATED = range(6)
# What each command imports.
IMPORTS = {
    "loaders": ["loaders.workers.worker", "loaders.warehouse"],
    "plots": ["plots.render", "plots.report.page", "plots.export", "plots.warehouse"],
    "dbt": ["warm_dbt", "quick_dbt"],
}


def compile_library(folder: Path) -> Path | None:
    """Return the compiled faults.c, None where there is no way to."""
    compiler = shutil.which("cc") or shutil.which("gcc")
    if compiler is None or sys.platform != "linux":
        return None
    library = folder / "faults.so"
    source = Path(__file__).with_name("faults.c")
    options = ["-shared", "-fPIC", "-O1", "-o", library, source, "-ldl"]
    subprocess.run([compiler, *options], check=True)
    return library


class Outcome(NamedTuple):
    """How a run ended; `code` is negative for a signal, as in subprocess."""

    code: int
    stdout: str
    stderr: str
    changes: list[str]  # what it did to which path

    @property
    def output(self) -> str:
        return self.stdout + self.stderr


class Runner:
    """Runs `python -m loaders`, `python -m plots` or `dbt` in forks of a process.

    Faults need the library that `compile_library` makes.
    """

    def __init__(self, command: str, library: Path | None = None, **environment: str):
        self._own = environment
        preloaded = {"LD_PRELOAD": str(library)} if library else {}
        self._process = subprocess.Popen(
            [sys.executable, __file__, command, *([str(library)] if library else [])],
            cwd=REPOSITORY,
            # Forks that are killed leave semaphores, which is said in the end.
            env=os.environ
            | preloaded
            | environment
            | {"PYTHONWARNINGS": "ignore:resource_tracker"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exception: object) -> None:
        self._process.stdin.close()
        self._process.wait()
        self._process.stdout.close()

    def start(
        self,
        *arguments: object,
        folder: Path,
        kind: int = NOTHING,
        at: int = 1,
        environment: Mapping[str, str] | None = None,
        memory: int | None = None,
    ) -> int:
        """Start a run, in the folder where its faults are to be; return its id.

        `memory` is how many bytes it may allocate beside what it begins with.
        """
        order = {
            "arguments": [str(argument) for argument in arguments],
            "folder": str(folder),
            "kind": kind,
            "at": at,
            # That of now, not of when the process began.
            "environment": os.environ | self._own | dict(environment or {}),
            "memory": memory,
        }
        print(json.dumps(order), file=self._process.stdin, flush=True)
        return int(self._process.stdout.readline())

    def wait(self) -> Outcome:
        return Outcome(**json.loads(self._process.stdout.readline()))

    def run(self, *arguments: object, **fault: Any) -> Outcome:
        self.start(*arguments, **fault)
        return self.wait()


def serve(command: str, path: str | None = None) -> None:
    """Fork for each order on stdin; print the fork's id, then how it ended."""
    sys.path.insert(0, str(REPOSITORY))
    for name in IMPORTS[command]:
        import_module(name)
    # No fork looks through what is imported for garbage, nor copies it for that.
    gc.collect()
    gc.freeze()
    library = ctypes.CDLL(path) if path else None
    if library:  # What a run starts in turn goes without.
        os.environ.pop("LD_PRELOAD")
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # it is meant for the forks
    for line in sys.stdin:
        order = json.loads(line)
        written = [os.memfd_create(name) for name in ("stdout", "stderr", "changes")]
        process = os.fork()
        if process == 0:
            os.dup2(written[0], 1)
            os.dup2(written[1], 2)
            os.chdir(order["folder"])
            os.environ.clear()
            os.environ.update(order["environment"])
            signal.signal(signal.SIGINT, signal.default_int_handler)
            if order["memory"]:
                most = _allocated() + order["memory"]
                resource.setrlimit(resource.RLIMIT_DATA, (most, most))
            # DuckDB 2.0 lists what was not collected when Python ends.
            atexit.register(lambda: os.dup2(os.open(os.devnull, os.O_WRONLY), 2))
            sys.argv = [command, *order["arguments"]]
            if library:
                folder = order["folder"].encode()
                library.fault_arm(folder, order["kind"], order["at"], written[2])
            if command == "dbt":
                runpy.run_path(str(DBT), run_name="__main__")
            else:
                runpy.run_module(command, run_name="__main__", alter_sys=True)
            return
        print(process, flush=True)
        _, status = os.waitpid(process, 0)
        code = os.waitstatus_to_exitcode(status)
        stdout, stderr, changes = map(_text, written)
        outcome = Outcome(code, stdout, stderr, changes.splitlines())
        print(json.dumps(outcome._asdict()), flush=True)


def _allocated() -> int:
    """Return the bytes of data and stack of this process, as RLIMIT_DATA counts them."""
    return int(Path("/proc/self/statm").read_text().split()[5]) * resource.getpagesize()


def _text(descriptor: int) -> str:
    with open(descriptor, errors="replace") as file:
        file.seek(0)
        return file.read()


if __name__ == "__main__":
    serve(*sys.argv[1:])
