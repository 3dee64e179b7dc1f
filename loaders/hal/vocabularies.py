"""Which field of a usage is which of our counts, for each provider or library."""

from typing import NamedTuple


class Inside(NamedTuple):
    """Which counts are included in another one."""

    # Tokens read from a cache and written to one are input.
    read: bool
    write: bool
    # Reasoning is output.
    reasoning: bool


class Vocabulary(NamedTuple):
    """Which fields of a usage are which of our counts."""

    name: str
    # A usage with one of these fields has this vocabulary.
    signs: tuple[str, ...]
    # Paths by column. The first one above 0 counts, otherwise the first. Fields joined
    # with a plus are parts of one count.
    paths: dict[str, tuple[str, ...]]
    # Which counts include others, unless the total shows otherwise.
    inside: Inside
    total: str = "total_tokens"
    # Input that is never included in the other.
    more_input: str | None = None
    # Whether the provider itself defines the names, so that a total that leaves
    # out the cache does not put it inside.
    is_defined: bool = False


def _google(names: dict[str, str]) -> Vocabulary:
    """Return Google's vocabulary in its snake case, or by these names."""

    def named(name: str) -> str:
        return names.get(name, name)

    return Vocabulary(
        "google",
        signs=tuple(map(named, ("prompt_token_count", "candidates_token_count"))),
        paths={
            "input_tokens": (named("prompt_token_count"),),
            "cache_read_tokens": (named("cached_content_token_count"),),
            "output_tokens": (named("candidates_token_count"),),
            "reasoning_tokens": (named("thoughts_token_count"),),
        },
        inside=Inside(read=True, write=True, reasoning=False),
        total=named("total_token_count"),
        more_input=named("tool_use_prompt_token_count"),
    )


# Anthropic lists what was written to the cache by how long it is kept.
_BY_DURATION = "ephemeral_5m_input_tokens+ephemeral_1h_input_tokens"

# The first match counts; docs/formats.md has the same as a table.
VOCABULARIES = (
    Vocabulary(
        "prompt_tokens",
        signs=("prompt_tokens", "completion_tokens"),
        paths={
            "input_tokens": ("prompt_tokens",),
            "cache_read_tokens": (
                "cache_read_input_tokens",
                "prompt_tokens_details/cached_tokens",
                "prompt_cache_hit_tokens",
                "cached_tokens",
            ),
            "cache_write_tokens": (
                "cache_creation_input_tokens",
                "prompt_tokens_details/cache_creation_tokens",
                "prompt_tokens_details/cache_write_tokens",
                f"cache_creation/{_BY_DURATION}",
            ),
            "output_tokens": ("completion_tokens",),
            "reasoning_tokens": (
                "completion_tokens_details/reasoning_tokens",
                "reasoning_tokens",
            ),
        },
        inside=Inside(read=True, write=True, reasoning=True),
    ),
    Vocabulary(
        "ai_sdk",
        signs=(
            "cachedInputTokens",
            "reasoningTokens",
            "inputTokenDetails",
            "outputTokenDetails",
        ),
        paths={
            "input_tokens": ("inputTokens",),
            "cache_read_tokens": (
                "cachedInputTokens",
                "inputTokenDetails/cacheReadTokens",
            ),
            "cache_write_tokens": ("inputTokenDetails/cacheWriteTokens",),
            "output_tokens": ("outputTokens",),
            "reasoning_tokens": (
                "reasoningTokens",
                "outputTokenDetails/reasoningTokens",
            ),
        },
        inside=Inside(read=True, write=True, reasoning=True),
        total="totalTokens",
    ),
    # Before version 5.
    Vocabulary(
        "ai_sdk",
        signs=("promptTokens", "completionTokens"),
        paths={
            "input_tokens": ("promptTokens",),
            "output_tokens": ("completionTokens",),
        },
        inside=Inside(read=True, write=True, reasoning=True),
        total="totalTokens",
    ),
    Vocabulary(
        "bedrock",
        signs=("inputTokens", "outputTokens"),
        paths={
            "input_tokens": ("inputTokens",),
            "cache_read_tokens": ("cacheReadInputTokens",),
            # The names of Claude's agents.
            "cache_write_tokens": ("cacheWriteInputTokens", "cacheCreationInputTokens"),
            "output_tokens": ("outputTokens",),
        },
        inside=Inside(read=False, write=False, reasoning=True),
        total="totalTokens",
        is_defined=True,
    ),
    # The names in its log of calls.
    Vocabulary(
        "bedrock",
        signs=("inputTokenCount", "outputTokenCount"),
        paths={
            "input_tokens": ("inputTokenCount",),
            "cache_read_tokens": ("cacheReadInputTokenCount",),
            "cache_write_tokens": ("cacheWriteInputTokenCount",),
            "output_tokens": ("outputTokenCount",),
        },
        inside=Inside(read=False, write=False, reasoning=True),
        is_defined=True,
    ),
    _google({}),
    _google(
        {
            "prompt_token_count": "promptTokenCount",
            "candidates_token_count": "candidatesTokenCount",
            "cached_content_token_count": "cachedContentTokenCount",
            "thoughts_token_count": "thoughtsTokenCount",
            "tool_use_prompt_token_count": "toolUsePromptTokenCount",
            "total_token_count": "totalTokenCount",
        }
    ),
    Vocabulary(
        "responses",
        signs=("input_tokens_details", "output_tokens_details"),
        paths={
            "input_tokens": ("input_tokens",),
            "cache_read_tokens": ("input_tokens_details/cached_tokens",),
            "cache_write_tokens": (
                "input_tokens_details/cache_creation_tokens",
                "input_tokens_details/cache_write_tokens",
            ),
            "output_tokens": ("output_tokens",),
            "reasoning_tokens": ("output_tokens_details/reasoning_tokens",),
        },
        inside=Inside(read=True, write=True, reasoning=True),
    ),
    Vocabulary(
        "langchain",
        signs=("input_token_details", "output_token_details"),
        paths={
            "input_tokens": ("input_tokens",),
            "cache_read_tokens": ("input_token_details/cache_read",),
            "cache_write_tokens": (
                "input_token_details/cache_creation",
                f"input_token_details/{_BY_DURATION}",
            ),
            "output_tokens": ("output_tokens",),
            "reasoning_tokens": ("output_token_details/reasoning",),
        },
        inside=Inside(read=True, write=True, reasoning=True),
    ),
    Vocabulary(
        "anthropic",
        signs=(
            "cache_read_input_tokens",
            "cache_creation_input_tokens",
            "cache_creation",
        ),
        paths={
            "input_tokens": ("input_tokens",),
            "cache_read_tokens": ("cache_read_input_tokens",),
            "cache_write_tokens": (
                "cache_creation_input_tokens",
                f"cache_creation/{_BY_DURATION}",
            ),
            "output_tokens": ("output_tokens",),
        },
        inside=Inside(read=False, write=False, reasoning=True),
    ),
    Vocabulary(
        "input_tokens",
        signs=("input_tokens", "output_tokens"),
        paths={
            "input_tokens": ("input_tokens",),
            "cache_read_tokens": ("input_tokens_cache_read",),
            "cache_write_tokens": ("input_tokens_cache_write",),
            "output_tokens": ("output_tokens",),
            "reasoning_tokens": ("reasoning_tokens",),
        },
        inside=Inside(read=False, write=False, reasoning=True),
    ),
)
