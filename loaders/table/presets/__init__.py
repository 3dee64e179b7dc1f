"""Mappings that are shipped, one YAML file each, so that a new one needs no code."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml


@dataclass(frozen=True, slots=True)
class Preset:
    """Which column is which of our fields in the tables that one program writes."""

    title: str
    # Columns that only its tables have; without any, the user must name the preset.
    recognised_by: tuple[str, ...]
    # Our fields with their columns, in the forms of a mapping file.
    columns: dict[str, Any]


def _read(path: Path) -> Preset:
    said = yaml.safe_load(path.read_text(encoding="utf-8"))
    names = tuple(said.get("recognised_by", ()))
    return Preset(said["title"], names, said["columns"])


PRESETS = {
    path.stem: _read(path) for path in sorted(Path(__file__).parent.glob("*.yml"))
}
