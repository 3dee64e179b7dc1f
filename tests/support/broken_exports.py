"""What a build on Sail says of exports that are broken, as JSON:
`python tests/support/broken_exports.py RAW SCRATCH`.
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


BREAKS: dict[str, Callable[[Path], object]] = {
    "no manifest": lambda folder: shutil.rmtree(folder / "manifest"),
    "missing": lambda folder: (folder / TABLE).unlink(),
    "cut": cut,
    "unnamed": lambda folder: shutil.copy(
        folder / TABLE, folder / "metr_runs" / "other.parquet"
    ),
    "double": double,
}


def main(raw: Path, scratch: Path) -> None:
    said = {}
    for name, broken in BREAKS.items():
        folder = scratch / name.replace(" ", "_")
        shutil.copytree(raw, folder)
        broken(folder)
        try:
            built = engines.build("sail", folder, scratch)
            said[name] = f"built {len(built)} relations"
        except SystemExit as error:
            said[name] = str(error)
    (scratch / "said.json").write_text(json.dumps(said))


if __name__ == "__main__":
    raw, scratch = (Path(path).resolve() for path in sys.argv[1:])
    scratch.mkdir()
    os.chdir(scratch)
    with engines.sail():
        main(raw, scratch)
    os._exit(0)
