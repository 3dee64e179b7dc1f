"""Which files a command line names."""

import glob
import os
import re
from collections.abc import Iterable
from difflib import get_close_matches

from loaders.contract.files import InputFile

# The warehouse and its log are often next to the data.
_WAREHOUSE_SUFFIXES = (".duckdb", ".duckdb.wal")
# A folder with such files belongs to a run. Other files in it, or below, may be
# anything that an agent or a harness wrote.
_OF_RUNS = ({"result.json", "config.json"}, {"results.json", "run_metadata.json"})
_OWN_NAME = re.compile(
    r"results?\.json|config\.json|run_metadata\.json|trajectory[^/]*\.json"
)
# Files that Inspect writes next to the logs of an eval set or bundle, and above those
# of a bundle for its viewer.
_BESIDE_LOGS = {"eval-set.json", "listing.json", "logs.json"}
_ABOVE_LOGS = {"content-security-policy.json"}
# How Inspect names its logs; only .eval and eval-set.json say so by themselves.
_LOG_NAME = re.compile(
    r".*\.eval|eval-set\.json"
    r"|[0-9]{4}(?:-[0-9]{2}){2}T[0-9]{2}(?:-[0-9]{2}){2}[+-][0-9]{2}-[0-9]{2}_.+\.json",
    re.DOTALL,
)
# Files that HAL's harness writes next to a trace: the answers that its report judges.
_TRACE, _ANSWERS = "_UPLOAD.json", "_RAW_SUBMISSIONS.jsonl"
# This many small files are read and loaded at a time; fewer are as fast one by one.
_FEWEST_TOGETHER, _MOST_TOGETHER = 16, 256
_SMALL_BYTES, _BYTES_TOGETHER = 256_000, 8_000_000


def find(names: Iterable[str], commands: Iterable[str] = ()) -> list[InputFile]:
    """Return the files that the names match, each once, in order.

    A name is a file, a folder or a glob. Raises FileNotFoundError if one matches
    nothing; it suggests one of `commands` if that may be meant.
    """
    found = {}
    for name in names:
        paths = (
            [name] if os.path.lexists(name) else sorted(glob.glob(name, recursive=True))
        )
        if not paths:
            raise FileNotFoundError(
                f"{name}: there is no such file, folder or match{_hint(name, commands)}"
            )
        for path in paths:
            is_folder = os.path.isdir(path)
            inside = _inside(path) if is_folder else [path]
            runs = _run_folders(inside) if is_folder else {}
            logs = {os.path.dirname(file) for file in inside if _tells_of_logs(file)}
            answers = {
                file.removesuffix(_TRACE) + _ANSWERS
                for file in inside
                if file.endswith(_TRACE)
            }
            for file in inside:
                real_path = os.path.realpath(file)
                parent, base = os.path.split(file)
                run = runs.get(parent)
                is_own = _OWN_NAME.fullmatch(base) is not None
                is_beside = run is not None and not is_own
                if is_folder:
                    is_beside |= base in _BESIDE_LOGS and parent in logs
                    is_beside |= base in _ABOVE_LOGS and f"{parent}/logs" in logs
                    is_beside |= file in answers
                # Files behind a link to another folder would be missed.
                is_named = not is_folder or (not run and _leads_out(file, path))
                named = InputFile(file, real_path, is_named, run, is_beside)
                # If a file has several names, the one that looks like data counts: a
                # store keeps the file under an opaque name, with a link to it.
                first = found.setdefault(real_path, named)
                if named.is_meant and not first.is_meant:
                    found[real_path] = named
    return list(found.values())


def _leads_out(path: str, folder: str) -> bool:
    """Return whether a path in a folder is a link to a folder outside of it."""
    if not (os.path.islink(path) and os.path.isdir(path)):
        return False
    inside = os.path.join(os.path.realpath(folder), "")
    return not os.path.join(os.path.realpath(path), "").startswith(inside)


def _hint(name: str, commands: Iterable[str]) -> str:
    """Return what is most similar to a missing name: a command, or a file next to it."""
    meant = get_close_matches(name, commands, n=1)
    if meant:
        return f". Did you mean the command {meant[0]}?"
    folder, last = os.path.split(name.rstrip("/"))
    try:
        beside = [each for each in os.listdir(folder or ".") if each[:1] != "."]
    except OSError:
        return ""
    likely = get_close_matches(last, beside, n=1)
    return f". Did you mean {os.path.join(folder, likely[0])}?" if likely else ""


def together(files: list[InputFile]) -> list[list[InputFile]]:
    """Return the files in groups, in the order of their first files.

    A file that was named, or is not small, is a group of its own.
    """
    groups: list[list[InputFile]] = []
    small: list[InputFile] = []
    byte_count = 0
    for file in files:
        size = _SMALL_BYTES + 1 if file.is_named else _size(file.real_path)
        if size > _SMALL_BYTES:
            groups.append([file])
            continue
        if len(small) == _MOST_TOGETHER or byte_count + size > _BYTES_TOGETHER:
            small, byte_count = [], 0
        if not small:
            groups.append(small)
        small.append(file)
        byte_count += size
    order = {file: place for place, file in enumerate(files)}
    parted = []
    for group in groups:
        is_group = len(group) >= _FEWEST_TOGETHER
        parted += [group] if is_group else [[file] for file in group]
    return sorted(parted, key=lambda group: order[group[0]])


def _size(path: str) -> int:
    """Return a file's size; infinite if it has none."""
    try:
        return os.stat(path).st_size
    except OSError:
        return _SMALL_BYTES + 1


def _tells_of_logs(file: str) -> bool:
    """Return whether a file is in a folder with only Inspect logs."""
    return _LOG_NAME.fullmatch(os.path.basename(file)) is not None


def _run_folders(files: list[str]) -> dict[str, str]:
    """Return for each folder of a run, or below one, the outermost such folder."""
    names: dict[str, set[str]] = {}
    for file in files:
        folder, name = os.path.split(file)
        names.setdefault(folder, set()).add(name)
    runs = {
        folder
        for folder in names
        if any(of_run <= names[folder] for of_run in _OF_RUNS)
    }
    outermost: dict[str, str | None] = {}
    # Shorter paths first, so that the folders above are known.
    for folder in sorted(names, key=len):
        above = os.path.dirname(folder)
        while above not in outermost and above != os.path.dirname(above):
            above = os.path.dirname(above)
        run = outermost.get(above)
        outermost[folder] = run or (folder if folder in runs else None)
    return {folder: run for folder, run in outermost.items() if run}


def _inside(folder: str) -> list[str]:
    """Return the files inside a folder, sorted, without the hidden ones."""
    # A folder that cannot be read is kept, to be refused like an unreadable file.
    inside = []
    walk = os.walk(folder, onerror=lambda error: inside.append(error.filename))
    for parent, folders, files in walk:
        # Links to folders are not followed, so that no loop can trap the walk.
        links = [name for name in folders if os.path.islink(os.path.join(parent, name))]
        folders[:] = [name for name in folders if not name.startswith(".")]
        inside += [
            os.path.join(parent, name)
            for name in files + links
            if not name.startswith(".") and not name.endswith(_WAREHOUSE_SUFFIXES)
        ]
    return sorted(inside)
