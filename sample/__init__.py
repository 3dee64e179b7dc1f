"""The shipped sample: made-up runs in the shapes of METR's files and of HAL's traces."""

from pathlib import Path

from sample import hal, metr


def write_sample(directory: Path) -> list[Path]:
    """Write the sample files into `directory`, made if missing; return their paths."""
    contents = dict(metr.contents())
    contents |= {f"hal/{name}": content for name, content in hal.contents()}
    (directory / "hal").mkdir(parents=True, exist_ok=True)
    for name, content in contents.items():
        (directory / name).write_bytes(content)
    return [directory / name for name in contents]
