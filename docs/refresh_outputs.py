"""`python docs/refresh_outputs.py FOLDER`: put what commands print into the pages.

FOLDER holds the sample's warehouse and what `make run` printed, as `printed`:

    PYTHONUNBUFFERED=1 make run EVALHOUSE_DB=FOLDER/sample.duckdb SAMPLE=FOLDER/sample \\
        FIGURES=FOLDER/figures REPORT=FOLDER/report.html >FOLDER/printed 2>&1

Without that file the block of `make run` stays as it is. A block may show the first
and the last lines of an output, with a line `...` for those between.
"""

import os
import re
import shlex
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

DOCS = Path(__file__).resolve().parent
PAGES = (DOCS.parent / "README.md", DOCS / "tour.md")
WAREHOUSE = "sample.duckdb"
# Not run here: it takes minutes, and its last line says how many.
NOT_RUN = "make test"
BLOCK = re.compile(r"(?<=```console\n).*?(?=```)", re.DOTALL)
# A command after its `$`, and what it prints up to the next one.
COMMAND = re.compile(r"^\$ (.+)\n((?:(?!\$ ).*\n)+)", re.MULTILINE)


def shown(text: str) -> list[tuple[str, str]]:
    """Return each command of a page that shows its output, with that output."""
    pairs = [pair for block in BLOCK.findall(text) for pair in COMMAND.findall(block)]
    return [(command, output) for command, output in pairs if command != NOT_RUN]


def elided(printed: str, output: str) -> str:
    """Return as many first and last lines of `printed` as `output` shows of it."""
    lines, wanted = printed.splitlines(), output.splitlines()
    if "..." in wanted:
        head = wanted.index("...")
        tail = len(wanted) - head - 1
        if len(lines) > head + tail:
            lines[head : len(lines) - tail] = ["..."]
    return "".join(f"{line}\n" for line in lines)


def refreshed(text: str, printed_by: Callable[[str], str | None]) -> str:
    """Return a page with each output as `printed_by(command)` has it now."""

    def replaced(match: re.Match[str]) -> str:
        command, output = match.groups()
        printed = None if command == NOT_RUN else printed_by(command)
        return f"$ {command}\n{output if printed is None else elided(printed, output)}"

    return BLOCK.sub(lambda block: COMMAND.sub(replaced, block[0]), text)


def arguments(command: str, warehouse: Path) -> list[str | Path]:
    """Return a command of a page as it runs here, on `warehouse`."""
    words = [word for word in shlex.split(command) if not word.startswith("EVALHOUSE_")]
    program = Path(sys.executable).with_name(Path(words[0]).name)
    return [program, *(warehouse if word == WAREHOUSE else word for word in words[1:])]


def make_run_printed(folder: Path) -> str:
    """Return what `make run` printed into `folder/printed`, as if in a clone's root."""
    lines = []
    for line in (folder / "printed").read_text(encoding="utf-8").splitlines():
        # A terminal shows a bar in place of the lines that say what is being read.
        if ": reading " in line:
            continue
        if re.match(r"(warehouse|figures|report) +/", line):
            line = line.replace(str(folder), "/home/you/evalhouse")
        line = line.replace(f"{folder}/sample/", "build/sample/")
        # The tests give every warehouse one name, so that dbt parses once.
        line = line.replace("evalhouse.duckdb", WAREHOUSE)
        lines.append(line.replace(f"{folder}/", ""))
    return "".join(f"{line}\n" for line in lines)


def main(folder: Path) -> None:
    """Rewrite the pages with what the commands print on the warehouse in `folder`."""
    warehouse = folder / WAREHOUSE
    own = {
        "EVALHOUSE_DB": str(warehouse),
        "DBT_TARGET_PATH": str(folder / "target"),
        "DBT_LOG_PATH": str(folder / "logs"),
    }

    def printed_by(command: str) -> str | None:
        if command == "make run":
            return make_run_printed(folder) if (folder / "printed").exists() else None
        run = subprocess.run(
            arguments(command, warehouse),
            check=True,
            cwd=DOCS.parent,
            env=os.environ | own,
            stdout=subprocess.PIPE,
            text=True,
        )
        return run.stdout.strip() + "\n"

    for page in PAGES:
        text = page.read_text(encoding="utf-8")
        page.write_text(refreshed(text, printed_by), encoding="utf-8")
        print(page.relative_to(DOCS.parent))


if __name__ == "__main__":
    main(Path(sys.argv[1]).resolve())
