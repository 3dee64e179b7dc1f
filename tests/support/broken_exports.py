"""What a build says of exports that are broken, as JSON:
`python tests/support/broken_exports.py RAW SCRATCH sail|spark`.
"""

import json
import os
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import engines

TABLE = "metr_runs/all.parquet"


def cut(folder: Path) -> None:
    path = folder / TABLE
    path.write_bytes(path.read_bytes()[:-5])


def double(folder: Path) -> None:
    for path in list(folder.glob("*/all.*")):
        shutil.copy(path, path.with_stem("b"))
    manifest = folder / "manifest" / "b.json"
    manifest.write_text(manifest.read_text().replace('"all"', '"b"'))


WORDS = {
    "no manifest": "/manifest: no manifest, so the export is missing or was not",
    "missing": "/metr_runs/all.parquet: the file is missing; export it again: ",
    "cut": "/metr_runs/all.parquet: the file has not the ",
    "unnamed": "/metr_runs/other.parquet: no manifest names the file",
    "double": "is in two parts: remove one of them, its manifest first",
}

BREAKS: dict[str, Callable[[Path], object]] = {
    "no manifest": lambda folder: shutil.rmtree(folder / "manifest"),
    "missing": lambda folder: (folder / TABLE).unlink(),
    "cut": cut,
    "unnamed": lambda folder: shutil.copy(
        folder / TABLE, folder / "metr_runs" / "other.parquet"
    ),
    "double": double,
}


def assert_refused(scratch: Path) -> None:
    """Check what build_all() has written to `scratch`."""
    said = json.loads((scratch / "said.json").read_text())
    for name, words in WORDS.items():
        assert words in said[name], said[name]


def build_all(raw: Path, scratch: Path, target: str, build: Callable) -> None:
    """Build each with engines.build, and write what was said to `scratch`."""
    scratch.mkdir()
    said = {}
    for name, broken in BREAKS.items():
        folder = scratch / name.replace(" ", "_")
        shutil.copytree(raw, folder)
        broken(folder)
        try:
            built = build(target, folder, scratch)
            said[name] = f"built {len(built)} relations"
        except SystemExit as error:
            said[name] = str(error)
    (scratch / "said.json").write_text(json.dumps(said))


if __name__ == "__main__":
    raw, scratch = (Path(path).resolve() for path in sys.argv[1:3])
    # The engine keeps its tables below the folder that it runs in.
    os.chdir(scratch.parent)
    target = sys.argv[3]
    with engines.sail() if target == "sail" else engines.spark(scratch):
        build_all(raw, scratch, target, engines.build)
    os._exit(0)
