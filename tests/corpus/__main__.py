"""Write the hostile files and their manifest: `python -m tests.corpus FOLDER`."""

import argparse
import json
from pathlib import Path

from . import cases


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.corpus", description=__doc__)
    parser.add_argument("folder", type=Path)
    folder = parser.parse_args().folder
    folder.mkdir(parents=True)
    manifest = []
    for case in cases():
        path = case.write(folder / case.name)
        entry = {"path": ascii(str(path.relative_to(folder)))} | case.manifest()
        manifest.append(entry)
    (folder / "manifest.json").write_text(json.dumps(manifest, indent=1) + "\n")
    print(f"{len(manifest)} hostile files in {folder}")


if __name__ == "__main__":
    main()
