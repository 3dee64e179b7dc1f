"""Values as tables have them: text that is read as written or refused, never guessed."""

import re
from datetime import UTC, datetime

from loaders.contract import rules
from loaders.contract.records import RecordRefused

# What data frames and spreadsheets write for a missing value.
_WORDS = ("na", "n/a", "nan", "none", "null", "nil", "nat", "<na>", "#n/a")
MISSING = ("", "NaN", "NaT", *_WORDS, *(word.upper() for word in _WORDS))
MISSING += tuple(word.capitalize() for word in _WORDS[2:7])
# The same in R and in databases.
MISSING = tuple(dict.fromkeys((*MISSING, "#NA", "\\N")))
# Also as Excel writes them in German, French, Italian, Spanish, Portuguese and Dutch.
TRUE = ("true", "wahr", "vrai", "vero", "verdadero", "verdadeiro", "waar")
FALSE = ("false", "falsch", "faux", "falso", "onwaar")
ERRORS = ("error", "errored", "exception", "crashed")
# What an error column has if there was no error.
NO_ERROR = ("", *FALSE, "0", "0.0", "no", "[]", "{}")
TIMEOUT = "timed[ _-]*out|time[_-]?out"
# Words that contain `limit` but do not mean a limit on the attempt.
NO_LIMIT = "rate[ _-]*limit|delimit|unlimit"
POPULATIONS = ("capability", "safety", "human", "perturbed")
# A time as a number since 1970: between 2001 and 2286, by how many make a second.
EPOCHS = ((1e9, 1), (1e12, 10**3), (1e15, 10**6), (1e18, 10**9))
# Added to the refusal of a score that may be right on another scale.
ABOVE, BELOW, PERCENT = " and above ", " and below 0", " without --score-max 100"
_NUMBER = re.compile(r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]+)?")
# A number with characters of which one may be the decimal sign.
_SIGNS = re.compile(r"[^0-9]{0,3}[0-9]+([., '][0-9]+)+[^0-9]{0,5}")
_GROUPED = r"[+-]?[1-9][0-9]{0,2}(%s[0-9]{3})+(%s[0-9]*)?"
# The spellings of a verdict; `t` and `f` are PostgreSQL's.
YES = ("yes", "y", "t", "pass", "passed", "correct")
NO = ("no", "n", "f", "fail", "failed", "incorrect")
_BOOLEANS = dict.fromkeys(TRUE, 1.0) | dict.fromkeys(FALSE, 0.0)
_VERDICTS = _BOOLEANS | dict.fromkeys(YES, 1.0) | dict.fromkeys(NO, 0.0)
# The range of times of runs; other times come from a clock that was not set.
FIRST_YEAR, LAST_YEAR = 1971, 2199
_SLASHED_DAY = re.compile(r"([0-9]{4})/([0-9]{1,2})/([0-9]{1,2})(?![0-9/])")
# A day with an offset, which Python takes for a time of the day.
_DAY_WITH_OFFSET = re.compile(r"[0-9]{4}-?[0-9]{2}-?[0-9]{2}[+-][0-9]{2}:?[0-9]{2}")
# The blank before an offset, as in Snowflake's exports.
_BLANK_BEFORE_OFFSET = re.compile(r"(?<=[0-9]) (?=[+-][0-9]{2}:?[0-9]{2}$)")


def is_missing(text: str | None) -> bool:
    """Say whether a cell has no value."""
    return text is None or text.strip() in MISSING


def number(name: str, text: str, decimal: str | None = None) -> float:
    """Return a number; a comma counts only if `decimal` says what it means."""
    written = _with_a_point(text.strip(), decimal)
    if not _NUMBER.fullmatch(written):
        what = f"{name} is the text {rules.shown(text)}, not a number with a point"
        if _SIGNS.fullmatch(text.strip()):
            what += "; what a comma is, --decimal says"
        raise RecordRefused("wrong_type", what)
    return rules.number(name, float(written))


def _with_a_point(text: str, decimal: str | None) -> str:
    """Return a number with a point and without groups of thousands."""
    if decimal is None:
        return text
    other = "." if decimal == "," else ","
    if other in text:
        grouped = _GROUPED % (re.escape(other), re.escape(decimal))
        if not re.fullmatch(grouped, text):
            return "?"
        text = text.replace(other, "")
    return text.replace(decimal, ".")


def score(
    name: str, text: str, score_max: float | None = None, decimal: str | None = None
) -> float:
    """Return a score or a boolean as 0 to 1.

    Refuses a percentage unless the user said that it is out of 100.
    """
    written = text.strip()
    if written.lower() in _BOOLEANS:
        return _BOOLEANS[written.lower()]
    if written.endswith("%"):
        if score_max != 100:
            what = f"{name} is {rules.shown(text)}{PERCENT}"
            raise RecordRefused("score_out_of_range", what)
        written = written[:-1]
    value = number(name, written, decimal)
    try:
        return rules.score(name, value / score_max if score_max else value)
    except RecordRefused:
        what = BELOW if value < 0 else f"{ABOVE}{score_max or 1:g}"
        if value > 0 and not score_max:
            what += " without the option --score-max"
        what = f"{name} is {rules.shown(text)}{what}"
        raise RecordRefused("score_out_of_range", what) from None


def verdict(
    name: str, text: str, score_max: float | None = None, decimal: str | None = None
) -> float:
    """Return a verdict, such as true, 1 or passed, as 0 to 1.

    `score_max` counts if there is no score as well.
    """
    word = text.strip().lower()
    if word in _VERDICTS:
        return _VERDICTS[word]
    try:
        return score(name, text, score_max, decimal)
    except RecordRefused as refused:
        if not word.isalpha():
            raise
        words = ", ".join(("true", "false", *YES, *NO))
        what = f"{name} is {rules.shown(text)}, none of {words}"
        raise RecordRefused(refused.reason_code, what) from None


def count(name: str, text: str, decimal: str | None = None) -> int | None:
    return rules.count(name, number(name, text, decimal))


def seconds(name: str, text: str, decimal: str | None = None) -> float | None:
    return rules.seconds(name, number(name, text, decimal))


def milliseconds(name: str, text: str, decimal: str | None = None) -> float | None:
    """Return a time as seconds."""
    return rules.seconds(name, number(name, text, decimal) / 1000)


def cost(name: str, text: str, decimal: str | None = None) -> float:
    """Return US dollars; a dollar sign may be with the number, but no other currency."""
    written = text.strip()
    amount = written.removeprefix("$").removesuffix("$").removesuffix("USD").strip()
    if len(amount) < len(written) and _NUMBER.fullmatch(_with_a_point(amount, decimal)):
        text = amount
    return rules.cost(name, number(name, text, decimal))


def minutes(name: str, text: str, decimal: str | None = None) -> float:
    value = number(name, text, decimal)
    if value <= 0:
        what = f"{name} is {rules.shown(text)}"
        raise RecordRefused("human_minutes_not_positive", what)
    return rules.at_most(rules.MAX_MINUTES, name, value)


def started_at(name: str, text: str) -> str:
    """Return a date or time in UTC; without an offset it is UTC.

    ISO 8601, a day such as 2025/4/23, or a number since 1970, whose size shows its
    unit.
    """
    try:
        moment = _moment(text.strip())
        if not FIRST_YEAR <= moment.year <= LAST_YEAR:
            raise ValueError
    except (ValueError, OverflowError):
        what = (
            f"{name} is {rules.shown(text)}, not a time such as 2025-04-23T10:00:00Z; "
            "`--columns started_at=` leaves the column out"
        )
        raise RecordRefused("wrong_type", what) from None
    written = moment.isoformat(sep=" ")
    return written.rstrip("0") if "." in written else written


def _moment(text: str) -> datetime:
    if _NUMBER.fullmatch(text):
        value = float(text)
        for least, per_second in EPOCHS:
            if least <= value < 10 * least:
                microseconds = round(value * (1_000_000 / per_second))
                seconds_, rest = divmod(microseconds, 1_000_000)
                moment = datetime.fromtimestamp(seconds_, UTC)
                return moment.replace(microsecond=rest, tzinfo=None)
        # It may be a spreadsheet's day number, or a date in digits.
        raise ValueError
    if _DAY_WITH_OFFSET.fullmatch(text):
        raise ValueError
    slashed = _SLASHED_DAY.match(text)
    if slashed:
        year, month, day = slashed.groups()
        text = f"{year}-{month:0>2}-{day:0>2}" + text[slashed.end() :]
    if ":" in text[:-5]:
        text = _BLANK_BEFORE_OFFSET.sub("", text)
    moment = datetime.fromisoformat(text.removesuffix(" UTC"))
    if moment.tzinfo:
        moment = moment.astimezone(UTC).replace(tzinfo=None)
    return moment


def status(text: str | None, *, is_error_column: bool, has_score: bool) -> str:
    """Return how an attempt ended, from its status or its error message."""
    words = "" if is_missing(text) else text.strip().lower()
    if is_error_column and words in NO_ERROR:
        words = ""
    if re.search(TIMEOUT, words):
        return "timeout"
    if "limit" in re.sub(NO_LIMIT, "", words):
        return "limit"
    if words in ERRORS or (is_error_column and words and not has_score):
        return "error"
    return "scored" if has_score else "unscored"
