"""What an unrecognised file is: a link to data, an archive, a web page, a merge."""

import re
from collections.abc import Iterable
from contextlib import suppress

import msgspec

from loaders.contract.exports import advice
from loaders.contract.records import FileRefused, file_refused

# Written by the Mac's file manager next to packed files.
_MAC_FOLDERS = ("__MACOSX",)
_MAC_PREFIX = "._"

_CONFLICT = re.compile(rb"(?m)^(?:<{7}|\|{7}|>{7})(?: [^\r\n]{0,200})?\r?$")
_MARKER_BYTES = 300
_POINTERS = {
    re.compile(rb"version https://git-lfs\.github\.com/spec/"): (
        "it is a git-lfs pointer, not the data",
        "`git lfs pull` gets them",
    ),
    re.compile(rb"/annex/objects/|(?:\.\./)*\.git/annex/objects/"): (
        "it is a git-annex pointer, not the data",
        "`git annex get` gets them",
    ),
    re.compile(rb"(?:[^\n]*\n){0,9}outs:\s*\n(?:[^\n]*\n){0,9}?[ -]*md5:"): (
        "it is a DVC pointer, not the data",
        "`dvc pull` gets them",
    ),
    re.compile(rb"\.\./[^\n]{0,400}/?blobs/[0-9a-f]{40,64}\s*\Z"): (
        "it is a link into a cache, written out as a file",
        "`hf download` gets the data, or copy the file that it names",
    ),
}
# Stores that a link points into, and how to get the data.
_STORES = {
    ".git/annex/objects/": ("git-annex", "`git annex get`"),
    "/blobs/": ("a cache of Hugging Face", "`hf download`"),
    ".git/lfs/objects/": ("git-lfs", "`git lfs pull`"),
    ".dvc/cache/": ("DVC", "`dvc pull`"),
}
_PAGE = re.compile(rb"\s*<(?:!doctype\s+html|html|head|\?xml)", re.IGNORECASE)
_PACKED = {
    b"BZh": "bzip2",
    b"\xfd7zXZ\0": "xz",
    b"\x5d\0\0\x80\0": "lzma",
    b"\x04\x22\x4d\x18": "lz4",
    b"7z\xbc\xaf\x27\x1c": "7-Zip",
    b"Rar!\x1a\x07": "RAR",
    b"\x1f\x9d": "compress",
    b"\xff\x06\0\0sNaPpY": "snappy",
    b"\x1f\x8b": "gzip, inside another packing",
    b"\x28\xb5\x2f\xfd": "zstd, inside another packing",
}
_TAR_AT, _TAR = 257, b"ustar"
# Names of fields that runs have; two of them are not a coincidence.
_FIELDS = re.compile(
    r'"(run_id|task_id|sample_id|score|success|is_resolved|agent|agent_name|model|'
    r'benchmark_name|alias|human_minutes|action_count|raw_eval_results|samples)"\s*:'
)
_OBJECT = re.compile(r'[\ufeff\s]*(?:\[\s*)?\{\s*"')
_FIELD = re.compile(r'(?<!\\)"((?:[^"\\]|\\.){1,100})"\s*:')
_FIELDS_OF = msgspec.json.Decoder(dict[str, msgspec.Raw])
_DATA_NAME = re.compile(
    r"\.(?:jsonl?|ndjson|ya?ml|csv|tsv|parquet|eval|zip)(?:\.(?:gz|zst|bz2|xz))?$",
    re.IGNORECASE,
)


def is_mac_copy(name: str) -> bool:
    """Return whether a member of a zip is a Mac's resource fork of another file."""
    *folders, last = name.replace("\\", "/").split("/")
    return last.startswith(_MAC_PREFIX) or any(each in _MAC_FOLDERS for each in folders)


def conflict_marker(line: bytes) -> str | None:
    """Return the conflict marker in a line, if it is one."""
    found = _CONFLICT.match(line.rstrip(b"\r\n"))
    return found[0].decode(errors="replace") if found else None


def refuse_conflict(line: bytes, number: int) -> None:
    """Raise FileRefused if a line is the marker of an unfinished merge."""
    if marker := conflict_marker(line):
        what = f"line {number} is a merge conflict marker of git ({marker[:60]})"
        raise file_refused("merge_conflict", what, number)


def refuse_conflicts(pieces: Iterable[bytes]) -> None:
    """Raise FileRefused if a text has the marker of an unfinished merge."""
    number, rest = 1, b""
    for piece in pieces:
        *lines, rest = (rest + piece).split(b"\n")
        for line in lines:
            if line[:1] in (b"<", b"|", b">"):
                refuse_conflict(line, number)
            number += 1
        # What is longer is no marker; of a line without end only this is kept.
        rest = rest[:_MARKER_BYTES]
    refuse_conflict(rest, number)


def refuse_pointer(head: bytes) -> None:
    """Raise FileRefused if a file is a short text that points to the data."""
    if len(head) > 4096:
        return
    for pattern, (what, how) in _POINTERS.items():
        if pattern.match(head):
            raise file_refused("pointer_file", f"{what}: {how}")


def refuse_packed(head: bytes) -> None:
    """Raise FileRefused if a file is an archive, or compressed in an unsupported way.

    Runs that can be read in it may be cut off.
    """
    for mark, packing in _PACKED.items():
        if head.startswith(mark):
            raise file_refused("compressed", f"it is compressed ({packing})")
    if head[_TAR_AT:].startswith(_TAR):
        raise file_refused("compressed", "it is an archive (tar)")


def broken_link(target: str) -> FileRefused | None:
    """Return the refusal of a link into a store without the data."""
    for part, (store, how) in _STORES.items():
        if part in target:
            what = (
                f"it is a link into {store}, which does not have the data here: {how}"
            )
            return file_refused("pointer_file", f"{what} gets them")
    return None


def refusal(head: bytes, what: str) -> FileRefused:
    """Return why an unrecognised file is refused; `what` if nothing better is known."""
    try:
        refuse_pointer(head)
        for number, line in enumerate(head.split(b"\n"), 1):
            if line[:1] in (b"<", b"|", b">"):
                refuse_conflict(line, number)
    except FileRefused as refused:
        return refused
    if _PAGE.match(head):
        return file_refused("web_page", "it is a web page or XML, not data")
    if how := _advice_of(head) or _table_inside(head):
        what = f"{how}. Otherwise, {what}"
    refused = file_refused("unknown_format", what)
    refused.is_data = is_data(head.decode(errors="replace"), [head])
    return refused


def _advice_of(head: bytes) -> str | None:
    """Return what JSON with the fields at its beginning is, if another program wrote
    it, and how to get a table from it.
    """
    text = head.decode(errors="replace")
    # At any depth.
    return advice(_FIELD.findall(text)) if _OBJECT.match(text) else None


def _table_inside(head: bytes) -> str | None:
    """Return how to save the list of objects in a JSON object, or the objects that are
    its fields, as a table.
    """
    with suppress(ValueError, RecursionError):
        fields = _FIELDS_OF.decode(head)
        for name, value in fields.items():
            if re.match(rb"\[\s*\{", value):
                return (
                    f"its field {name[:100]!r} is a list of objects: if these are "
                    "attempts, save the list as a file of its own"
                )
        if fields and all(value[:1] == b"{" for value in map(bytes, fields.values())):
            return (
                "each of its fields is an object: if these are attempts, `jq -c "
                "'to_entries[] | {task_id: .key} + .value' FILE > runs.jsonl` makes a "
                "table of them"
            )
    return None


def is_data(text: str, pieces: Iterable[bytes]) -> bool:
    """Return whether a file that begins with `text` has fields of runs in its pieces."""
    fields: set[str] = set()
    if _OBJECT.match(text):
        for piece in pieces:
            found = _FIELDS.finditer(piece.decode(errors="replace"))
            fields |= {match[1] for match in found}
            if len(fields) >= 2:
                return True
    return False


def zip_refusal(members: list[tuple[str, bool]], names: str) -> FileRefused:
    """Return why a zip is refused: its members, each with whether it is encrypted."""
    inside = [
        (name, is_encrypted)
        for name, is_encrypted in members
        if _DATA_NAME.search(name) and not is_mac_copy(name)
    ]
    if not inside:
        what = f"the content is none of {names}"
        if any(name.startswith("xl/") for name, _ in members):
            what = "it is a spreadsheet: save the sheet with the attempts as CSV"
        return file_refused("unknown_format", what)
    name, is_encrypted = inside[0]
    others = f" and {len(inside) - 1:,} more" if len(inside) > 1 else ""
    what = f"it is a zip of {name[:100]!r}{others}"
    if is_encrypted:
        what += ", with its own password"
    return file_refused("compressed", what)
