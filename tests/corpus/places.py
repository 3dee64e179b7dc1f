"""Hostile places: what is at a path is no plain file, or its name is hostile."""

import os
import socket
from collections.abc import Iterator
from pathlib import Path

from . import hal, metr_jsonl, metr_yaml, zips
from .case import Case, loaded, refused
from .names import CONTROL, HOSTILE

_GOOD = {
    "yaml": (metr_yaml.FORMAT, metr_yaml.SUFFIX, metr_yaml.GOOD),
    "jsonl": (metr_jsonl.FORMAT, metr_jsonl.SUFFIX, metr_jsonl.GOOD),
    "hal": (hal.FORMAT, hal.SUFFIX, hal.GOOD),
}
_SPARSE_BYTES = 1 << 40
_DEVICES = {
    ".yaml": "/dev/zero",
    ".jsonl": "/dev/full",
    ".json": "/dev/random",
    ".zip": "/dev/urandom",
}


def cases() -> Iterator[Case]:
    yield from _names()
    for suffix in (".yaml", ".jsonl", ".json", ".zip"):
        name = suffix[1:]
        for kind, make, reason in (
            ("fifo", os.mkfifo, "not_a_regular_file"),
            ("socket", _socket, "not_a_regular_file"),
            ("device", _device, "not_a_regular_file"),
            ("dangling_link", _dangling, "unreadable"),
            ("link_to_itself", _loop, "unreadable"),
            ("sparse", _sparse, "sparse_file"),
        ):
            yield refused(f"place_{kind}_{name}", None, suffix, make, reason)
    yield refused("place_process_memory", None, ".json", _memory, "unreadable")
    yield loaded("place_folder", metr_yaml.FORMAT, ".yaml", _folder, 1)
    yield loaded("place_folder_loop", metr_yaml.FORMAT, ".yaml", _folder_loop, 1)


def _names() -> Iterator[Case]:
    hostile = HOSTILE | CONTROL | {"not_utf8": "caf\udce9", "glob": "[a]*?{b}"}
    for number, (name, text) in enumerate(hostile.items()):
        kind = list(_GOOD)[number % len(_GOOD)]
        format_, suffix, content = _GOOD[kind]
        yield loaded(
            f"file_name_{name}_{kind}",
            format_,
            suffix,
            # Files of the same bytes would be the same to a warehouse.
            content + b"\n" * (number + 1),
            1,
            file_name=text.replace("/", "|") + suffix,
        )
    for name in ("newline", "terminal", "climbing"):
        text = (HOSTILE | CONTROL)[name].replace("/", "|")
        yield refused(
            f"file_name_{name}_zip",
            zips.FORMAT,
            zips.SUFFIX,
            # No member, and a comment.
            b"PK\5\6" + b"\0" * 16 + bytes([len(name), 0]) + name.encode(),
            "empty_file",
            file_name=text + zips.SUFFIX,
        )


def _socket(path: Path) -> None:
    # A path of a socket is short.
    here = os.open(path.parent, os.O_RDONLY)
    with socket.socket(socket.AF_UNIX) as bound:
        bound.bind(f"/proc/self/fd/{here}/{path.name}")
    os.close(here)


def _device(path: Path) -> None:
    # None is met twice by one load.
    path.symlink_to(_DEVICES[path.suffix])


def _memory(path: Path) -> None:
    path.symlink_to("/proc/self/mem")


def _dangling(path: Path) -> None:
    path.symlink_to("nowhere")


def _loop(path: Path) -> None:
    path.symlink_to(path.name)


def _sparse(path: Path) -> None:
    with path.open("wb") as file:
        file.truncate(_SPARSE_BYTES)


def _folder(path: Path) -> None:
    path.mkdir()
    (path / "runs.yaml").write_bytes(metr_yaml.GOOD)


def _folder_loop(path: Path) -> None:
    path.mkdir()
    (path / "runs.yaml").write_bytes(metr_yaml.GOOD + b"# and a loop\n")
    (path / "loop").symlink_to(path, target_is_directory=True)
