"""The shipped sample: made-up runs in the shapes of METR's files, of HAL's traces, of
Inspect's logs, of a run of Terminal-Bench, of a job of Harbor and of a table of one's own.
"""

from pathlib import Path

from sample import hal, harbor, inspect, metr, table, terminal_bench

# The folders of the sample with their files; METR's two are beside them.
_FOLDERS = {
    "hal": hal,
    "inspect": inspect,
    "terminal_bench": terminal_bench,
    "harbor": harbor,
    "table": table,
}


def write_sample(directory: Path) -> list[Path]:
    """Write the sample files into `directory`, made if missing; return their paths."""
    contents = dict(metr.contents())
    for folder, made in _FOLDERS.items():
        contents |= {f"{folder}/{name}": content for name, content in made.contents()}
    for name, content in contents.items():
        (directory / name).parent.mkdir(parents=True, exist_ok=True)
        (directory / name).write_bytes(content)
    return [directory / name for name in contents]
