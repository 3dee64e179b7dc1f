"""What a plain YAML scalar means, by the core schema of YAML 1.2.

So `0123` and `1e-3` are the numbers that they look like; PyYAML follows YAML 1.1.
"""

import math
import re
from functools import lru_cache
from typing import Any

_CONSTANTS = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
    **dict.fromkeys((".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF"), math.inf),
    **dict.fromkeys(("-.inf", "-.Inf", "-.INF"), -math.inf),
    **dict.fromkeys((".nan", ".NaN", ".NAN"), math.nan),
}
_INTEGER = re.compile(r"[-+]?[0-9]+")
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")
_BASED = re.compile(r"0o[0-7]+|0x[0-9a-fA-F]+")
# Even so many hexadecimal digits fit a double.
_MOST_DIGITS = 250


def core_value(text: str) -> Any:
    """Return what a plain scalar means by YAML's core schema; text if nothing else.

    A number too large for a double is infinite.
    """
    return _core_value(text) if len(text) <= _MOST_DIGITS else _long_value(text)


@lru_cache(maxsize=4096)  # A file repeats few values many times.
def _core_value(text: str) -> Any:
    if text in _CONSTANTS:
        return _CONSTANTS[text]
    if _INTEGER.fullmatch(text):
        return int(text)
    if _FLOAT.fullmatch(text):
        return float(text)
    if _BASED.fullmatch(text):
        return int(text, base=0)
    return text


def _long_value(text: str) -> Any:
    # int() refuses thousands of digits, and no column could hold them.
    if _INTEGER.fullmatch(text) or _FLOAT.fullmatch(text):
        return float(text)
    return math.inf if _BASED.fullmatch(text) else text
