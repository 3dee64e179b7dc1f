"""The user's options for a table: `--columns`, a mapping file, the name of a preset."""

import difflib
import os
import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date
from typing import Any

import yaml

from loaders.contract import rules
from loaders.contract.records import RecordRefused
from loaders.contract.table_options import TableOptions
from loaders.table.mapping import KNOWN, ours_named
from loaders.table.presets import PRESETS

# Options that a mapping file may set in addition to the columns.
_SETTINGS = ("source", "score_max", "decimal", "preset")
_KINDS = ("value", "file", "folder", "named_by", "words_of")


def with_mapping(options: TableOptions, mapping_name: str) -> TableOptions:
    """Return the options, completed from a mapping file or a preset.

    Raises ValueError with what is wrong.
    """
    if mapping_name in PRESETS:
        return replace(options, preset=mapping_name)
    if not os.path.isfile(mapping_name):
        names = ", ".join(PRESETS)
        raise ValueError(
            f"{mapping_name}: there is no such file, and the presets are {names}"
        )
    try:
        with open(mapping_name, encoding="utf-8") as file:
            mapping = yaml.load(file, _Loader)
    except (OSError, UnicodeError, yaml.YAMLError) as error:
        reason = " ".join(str(error).split())
        raise ValueError(f"{mapping_name} cannot be read as YAML: {reason}") from None
    if not isinstance(mapping, dict):
        raise ValueError(  # noqa: TRY004 -- of a file, not of an argument
            f"{mapping_name}: a mapping file is a list of `ours: theirs`"
        )
    mapping = {str(name): value for name, value in mapping.items()}
    settings = {name: mapping.pop(name) for name in _SETTINGS if name in mapping}
    try:
        columns = dict(checked_columns(mapping))
        settings = dict(_setting(name, value) for name, value in settings.items())
    except ValueError as error:
        raise ValueError(f"{mapping_name}: {error}") from None
    # The command line takes precedence over the file.
    unset = {
        name: value for name, value in settings.items() if not getattr(options, name)
    }
    columns |= dict(options.columns)
    return replace(options, columns=tuple(columns.items()), **unset)


def checked_columns(columns: Mapping[str, Any]) -> tuple[tuple[str, Any], ...]:
    """Return our fields with their columns; raise ValueError with what is wrong."""
    return _once([_checked(name, value) for name, value in columns.items()])


def with_columns(options: TableOptions, pairs: Iterable[str]) -> TableOptions:
    """Return the options with `ours=theirs,...`, `ours:=text` and `ours=`.

    Raises ValueError with what is wrong.
    """
    columns = []
    for pair in (pair for each in pairs for pair in each.split(",")):
        ours, is_pair, name = (part.strip() for part in pair.partition("="))
        if not is_pair:
            raise ValueError(f"{pair!r} is not ours=theirs")
        value: Any = name or None
        if ours.endswith(":"):
            ours, value = ours[:-1].strip(), {"value": name}
        columns.append(_checked(ours, value))
    merged = dict(options.columns) | dict(_once(columns))
    return replace(options, columns=tuple(merged.items()))


def checked_source(source: str) -> str:
    """Return the name of a data source in its canonical form, or raise ValueError."""
    try:
        return rules.identifier("the source", source)
    except RecordRefused as refused:
        raise ValueError(refused.detail) from None


class _Loader(yaml.SafeLoader):
    """Reads YAML and refuses duplicate names."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> Any:
        found = super().construct_mapping(node, deep)
        if len(found) < len(node.value):
            what = "a name is duplicated"
            raise yaml.MarkedYAMLError(what, node.start_mark)
        return found


def _once(columns: list[tuple[str, Any]]) -> tuple[tuple[str, Any], ...]:
    names = [name for name, _ in columns]
    for name in names:
        if names.count(name) > 1:
            raise ValueError(f"{name} is duplicated")
    return tuple(columns)


def _checked(name: str, value: Any) -> tuple[str, Any]:
    """Return a field with its column, or raise ValueError."""
    ours = ours_named(name)
    if ours is None:
        near = difflib.get_close_matches(name, KNOWN)
        hint = f"did you mean {near[0]}?" if near else f"ours are {', '.join(KNOWN)}"
        raise ValueError(f"{name} is not one of our columns; {hint}")
    _check_value(name, value)
    return ours, value


def _check_value(name: str, value: Any) -> None:
    if isinstance(value, list) and value:
        for each in value:
            _check_value(name, each)
        return
    if value is None or isinstance(value, str):
        return
    if isinstance(value, dict) and len(value) == 1:
        ((kind, content),) = value.items()
        if kind == "value" and isinstance(content, str | int | float | date):
            return
        if kind == "folder" and isinstance(content, int) and content > 0:
            return
        if kind == "file" and isinstance(content, str) and _is_pattern(content):
            return
        if kind == "named_by" and isinstance(content, str):
            return
        if kind == "words_of" and _is_words(content):
            return
    raise ValueError(
        f"{name} is the name of a column, a list of them, or one of "
        f"{{{', '.join(f'{kind}: ...' for kind in _KINDS)}}}"
    )


def _is_words(content: Any) -> bool:
    """Say whether a mapping names a column and a pattern with a group."""
    return (
        isinstance(content, dict)
        and content.keys() == {"column", "like"}
        and all(isinstance(text, str) for text in content.values())
        and _is_pattern(content["like"])
        and re.compile(content["like"]).groups == 1
    )


def _is_pattern(text: str) -> bool:
    try:
        re.compile(text)
    except re.error:
        return False
    return True


def _setting(name: str, value: Any) -> tuple[str, Any]:
    if name == "source" and isinstance(value, str):
        return name, checked_source(value)
    if name == "decimal" and value in (".", ","):
        return name, value
    if name == "preset" and value in PRESETS:
        return name, value
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    if name == "score_max" and is_number and 0 < value < float("inf"):
        return name, float(value)
    raise ValueError(f"{name} is {value!r}")
