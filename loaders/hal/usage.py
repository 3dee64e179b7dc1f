"""Token usage, in every spelling that the HAL harness passes on."""

from collections.abc import Callable
from operator import attrgetter
from typing import Any, NamedTuple

from msgspec import Struct

from loaders.contract import rules
from loaders.contract.records import RecordRefused
from loaders.contract.rules import Rule
from loaders.hal.tables import TOKENS

Number = int | float | None


class _Details(Struct, gc=False):
    cached_tokens: Number = None


class Usage(Struct, gc=False):
    """Counts of tokens; who wrote them decides which of the names are there."""

    prompt_tokens: Number = None
    completion_tokens: Number = None
    prompt_tokens_details: _Details | None = None
    cache_creation_input_tokens: Number = None
    cache_read_input_tokens: Number = None
    input_tokens: Number = None
    output_tokens: Number = None
    total_tokens: Number = None
    input_tokens_details: _Details | None = None
    input_tokens_cache_write: Number = None
    input_tokens_cache_read: Number = None
    inputTokens: Number = None
    outputTokens: Number = None
    cacheReadInputTokens: Number = None
    cacheWriteInputTokens: Number = None


class Tokens(NamedTuple):
    """Usage in one spelling; a count that the source does not give is None."""

    vocabulary: str | None
    # Without what was read from a cache, where the source tells it apart.
    input_tokens: int | None
    cache_read_tokens: int | None
    cache_write_tokens: int | None
    output_tokens: int | None


class _Vocabulary(NamedTuple):
    """Which fields of a usage are which of our counts."""

    name: str
    # One of these tells the vocabulary.
    signs: tuple[str, ...]
    # Whether the input includes what was read from a cache.
    includes_cached: bool
    # Column to paths; of several the first that has a value counts.
    paths: dict[str, tuple[str, ...]]


# The first that fits is taken.
_VOCABULARIES = (
    _Vocabulary(
        "prompt_tokens",
        signs=("prompt_tokens", "completion_tokens"),
        includes_cached=True,
        paths={
            "input_tokens": ("prompt_tokens",),
            "cache_read_tokens": (
                "cache_read_input_tokens",
                "prompt_tokens_details/cached_tokens",
            ),
            "cache_write_tokens": ("cache_creation_input_tokens",),
            "output_tokens": ("completion_tokens",),
        },
    ),
    _Vocabulary(
        "bedrock",
        signs=("inputTokens", "outputTokens"),
        includes_cached=False,
        paths={
            "input_tokens": ("inputTokens",),
            "cache_read_tokens": ("cacheReadInputTokens",),
            "cache_write_tokens": ("cacheWriteInputTokens",),
            "output_tokens": ("outputTokens",),
        },
    ),
    _Vocabulary(
        "responses",
        signs=("input_tokens_details",),
        includes_cached=True,
        paths={
            "input_tokens": ("input_tokens",),
            "cache_read_tokens": ("input_tokens_details/cached_tokens",),
            "output_tokens": ("output_tokens",),
        },
    ),
    _Vocabulary(
        "anthropic",
        signs=("cache_read_input_tokens", "cache_creation_input_tokens"),
        includes_cached=False,
        paths={
            "input_tokens": ("input_tokens",),
            "cache_read_tokens": ("cache_read_input_tokens",),
            "cache_write_tokens": ("cache_creation_input_tokens",),
            "output_tokens": ("output_tokens",),
        },
    ),
    _Vocabulary(
        "input_tokens",
        signs=("input_tokens", "output_tokens"),
        includes_cached=False,
        paths={
            "input_tokens": ("input_tokens",),
            "cache_read_tokens": ("input_tokens_cache_read",),
            "cache_write_tokens": ("input_tokens_cache_write",),
            "output_tokens": ("output_tokens",),
        },
    ),
)
# The counts, each with how its fields are read: name, getter and rule.
_COUNTS = [column for column in TOKENS if column.rule]
_Read = tuple[str, Callable[["Usage"], Any], Rule]


def _reads(vocabulary: _Vocabulary) -> list[list[_Read]]:
    """Return for each count how to read the fields that it may be in."""
    return [
        [
            (path.replace("/", "."), _getter(path), column.rule)
            for path in vocabulary.paths.get(column.name, ())
        ]
        for column in _COUNTS
    ]


def _getter(path: str) -> Callable[["Usage"], Any]:
    section, _, name = path.partition("/")
    if not name:
        return attrgetter(section)

    def get(usage: "Usage") -> Any:
        details = getattr(usage, section)
        return None if details is None else getattr(details, name)

    return get


_READS = {vocabulary.name: _reads(vocabulary) for vocabulary in _VOCABULARIES}
NO_TOKENS = Tokens(None, None, None, None, None)


def tokens(usage: Usage | None) -> Tokens:
    """Return the usage in our spelling, or raise RecordRefused."""
    for vocabulary in _VOCABULARIES if usage is not None else ():
        for sign in vocabulary.signs:
            if getattr(usage, sign) is not None:
                return _normalised(usage, vocabulary)
    return NO_TOKENS


def total(parts: list[Tokens]) -> Tokens:
    """Return the sum; a count is None only where no part has one."""
    if len(parts) < 2:
        return parts[0] if parts else NO_TOKENS
    columns = list(zip(*parts, strict=True))
    known = [[count for count in column if count is not None] for column in columns]
    return Tokens(
        columns[0][0] if len(set(columns[0])) == 1 else "mixed",
        *(sum(counts) if counts else None for counts in known[1:]),
    )


def _normalised(usage: Usage, vocabulary: _Vocabulary) -> Tokens:
    given, read, write, output = [
        _count(usage, each) for each in _READS[vocabulary.name]
    ]
    name = vocabulary.name
    if vocabulary.includes_cached and given is not None and read is not None:
        if read > given:
            (input_name,) = vocabulary.paths["input_tokens"]
            what = f"{read:,} of {given:,} {input_name} are cached"
            raise RecordRefused("cached_exceeds_prompt", what)
        given -= read
    if name == "prompt_tokens" and (read is not None or write is not None):
        name = "prompt_tokens_cached"
    return Tokens(name, given, read, write, output)


def _count(usage: Usage, reads: list[_Read]) -> int | None:
    """Return a count from the first field that has one."""
    for name, get, rule in reads:
        value = get(usage)
        if value is None:
            continue
        # There are hundreds of thousands of counts, nearly all of them good.
        if type(value) is int and 0 <= value <= rules.MAX_COUNT:
            return value
        return rule(name, value)
    return None
