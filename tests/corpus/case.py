"""What a hostile file is, and what the loaders must make of it."""

from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path

LOADED, PARTLY_LOADED, REFUSED = "loaded", "partly_loaded", "refused"
# A position that depends on how much is read at a time.
SOMEWHERE = "somewhere"


def later(content: Callable[[], bytes]) -> Callable[[Path], None]:
    """Return what writes a file that is too big to be held until it is needed."""
    return lambda path: path.write_bytes(content())


@dataclass(frozen=True)
class Case:
    """A hostile file; positions are lines, JSON pointers, bytes or `file`."""

    # What is hostile about it. With `suffix` the file's name, unless that is what
    # is hostile: then the rest of the name is in `file_name`.
    name: str
    # Of the file, as it should be recognised; None where it cannot be.
    format: str | None
    suffix: str
    # The file's bytes, or what makes it at a path.
    content: bytes | Callable[[Path], None]
    status: str
    loaded: int = 0
    quarantined: int = 0
    # Reason code to the position of the first record or of the file.
    reasons: dict[str, str] = field(default_factory=dict)
    # Codes of what is loaded all the same, and noted.
    notes: tuple[str, ...] = ()
    # Texts that the warehouse has byte for byte.
    texts: tuple[str, ...] = ()
    file_name: str | None = None
    # Whether the command is told the format, which the content does not tell.
    is_forced: bool = False

    @property
    def exit_code(self) -> int:
        return 0 if self.status == LOADED else 1

    def write(self, folder: Path) -> Path:
        """Write the file into a folder of its own, and return its path."""
        folder.mkdir()
        path = folder / (self.file_name or f"{self.name}{self.suffix}")
        if isinstance(self.content, bytes):
            path.write_bytes(self.content)
        else:
            self.content(path)
        return path

    def manifest(self) -> dict:
        """Return what the manifest says about it."""
        return {
            name: value
            for name, value in asdict(self).items()
            if name not in ("content", "texts")
        }


def loaded(name: str, format_: str, suffix: str, content, count: int, **more) -> Case:
    """Return a case of which every record is loaded."""
    return Case(name, format_, suffix, content, LOADED, loaded=count, **more)


def refused(
    name: str, format_: str | None, suffix: str, content, reason: str, at="file", **more
) -> Case:
    """Return a case that is refused whole."""
    return Case(
        name, format_, suffix, content, REFUSED, reasons={reason: str(at)}, **more
    )


def partly(
    name: str, format_: str, suffix: str, content, counts: tuple, reasons: dict, **more
) -> Case:
    """Return a case with so many records loaded and so many quarantined."""
    good, bad = counts
    at = {code: str(position) for code, position in reasons.items()}
    return Case(name, format_, suffix, content, PARTLY_LOADED, good, bad, at, **more)
