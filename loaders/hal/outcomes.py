"""What `raw_eval_results` of a HAL trace says about its tasks, by benchmark.

The harness stores each benchmark's own report there unchanged. Its lists of successful
and failed tasks are made from that report; if they are missing, these rules are used.
"""

from collections.abc import Callable, Container, Iterator
from typing import Any, NamedTuple

from msgspec import Raw, Struct

from loaders.contract import raw_json, rules
from loaders.contract.limits import MAX_TRACE_RECORDS
from loaders.contract.raw_json import Pointer
from loaders.contract.records import Quarantined, RecordRefused, file_refused
from loaders.hal.usage import Number


class Verdict(NamedTuple):
    """The meaning of a task's raw result."""

    is_success: bool | None
    score: float | None
    # Whether it is listed as a success and as a failure; then neither counts.
    is_contradicted: bool = False
    # How the attempt ended, where it did not end with an answer.
    status: str | None = None


NO_VERDICT = Verdict(None, None)
_CONTRADICTED = Verdict(None, None, is_contradicted=True)


class _Scored(Struct):
    # Which of the two depends on the benchmark.
    score: int | float | bool | None = None
    reward: int | float | bool | None = None


class _Passed(Struct):
    fraction_passed: int | float | str


class _Judged(Struct):
    result: _Passed


class _Answers(Struct):
    correct_written_answers: Number = None
    correct_vision_answers: Number = None
    total_written_questions: Number = None
    total_vision_questions: Number = None


class _SuccessRate(Struct):
    success_rate: int | float | None = None


class _Success(Struct):
    success: bool | None = None


class _Correct(Struct):
    correct: bool | None = None
    overall_score: Number = None


# A list holds one result for each wording of the task.
_Varied = _Scored | list[_Scored] | str


def _gaia(result: _Varied) -> Verdict:
    score = _mean_score(result)
    return Verdict(None if score is None else int(score) > 0, score)


def _by_reward(result: _Varied) -> Verdict:
    if isinstance(result, str):
        # What went wrong, or that time ran out.
        return Verdict(False, None, status=_status(result))
    reward = _mean_score(result)
    return Verdict(None if reward is None else reward > 0, reward)


def _status(text: str) -> str:
    is_late = any(words in text.lower() for words in ("timeout", "timed out"))
    return "timeout" if is_late else "error"


def _mean_score(result: _Varied) -> float | None:
    if isinstance(result, str):
        return None
    results = result if isinstance(result, list) else [result]
    found = [each.reward if each.score is None else each.score for each in results]
    scores = [_finite(score) for score in found if score is not None]
    return _finite(sum(scores) / len(scores)) if scores else None


def _usaco(judged: list[_Judged]) -> Verdict:
    if not judged:
        return NO_VERDICT
    passed = judged[0].result.fraction_passed
    rule = rules.number_written if isinstance(passed, str) else rules.number
    share = rules.score("fraction_passed", rule("fraction_passed", passed))
    return Verdict(share == 1, share)


def _corebench(answers: _Answers) -> Verdict:
    correct = (answers.correct_written_answers, answers.correct_vision_answers)
    asked = (answers.total_written_questions, answers.total_vision_questions)
    right = [rules.count("correct answers", each) or 0 for each in correct]
    total = [rules.count("questions", each) or 0 for each in asked]
    if not any(total):
        return Verdict(False, None)
    return Verdict(right == total, sum(right) / sum(total))


def _scienceagentbench(result: _SuccessRate) -> Verdict:
    if result.success_rate is None:
        return NO_VERDICT
    rate = rules.score("success_rate", _finite(result.success_rate))
    return Verdict(rate == 1, rate)


def _colbench_backend(score: float) -> Verdict:
    return Verdict(_finite(score) == 1, _finite(score))


def _colbench_frontend(score: float) -> Verdict:
    # The similarity of two pictures; the benchmark defines no threshold.
    return Verdict(None, _finite(score))


def _appworld(result: _Success) -> Verdict:
    return Verdict(result.success, None)


def _replicatorbench(result: _Correct) -> Verdict:
    score = result.overall_score
    return Verdict(result.correct, None if score is None else _finite(score))


def _finite(number: float) -> float:
    # In Python a boolean is a number.
    return rules.number("a score", +number)


class _Rule(NamedTuple):
    """How to read the raw results of a benchmark."""

    # How the benchmark's name begins.
    benchmark: str
    # The part of raw_eval_results with the tasks; None: all of it.
    section: str | None
    # What the result of a task is, and what it says.
    result: Any
    verdict: Callable[[Any], Verdict]


# scicode and online_mind2web are decided by the lists alone. assistantbench gives bare
# scores without task ids.
_RULES = (
    _Rule("appworld", "individual", _Success, _appworld),
    _Rule("colbench_backend", None, float, _colbench_backend),
    _Rule("colbench_frontend", None, float, _colbench_frontend),
    _Rule("corebench", None, _Answers, _corebench),
    _Rule("gaia", None, _Varied, _gaia),
    _Rule("replicatorbench", None, _Correct, _replicatorbench),
    _Rule("scienceagentbench", "eval_result", _SuccessRate, _scienceagentbench),
    _Rule("taubench", None, _Varied, _by_reward),
    _Rule("terminal_bench", None, _Varied, _by_reward),
    _Rule("usaco", "sdict", list[_Judged], _usaco),
)
# SWE-bench gives lists of ids instead, and counts as not resolved whatever it does not
# list as resolved: an empty patch, and an instance that was never submitted. The last
# list that names an instance decides, unless two of the verdicts differ.
_INCOMPLETE = "incomplete_ids"
_SWEBENCH_LISTS = {
    _INCOMPLETE: False,
    "submitted_ids": False,
    "completed_ids": False,
    "empty_patch_ids": False,
    "error_ids": False,
    "unresolved_ids": False,
    "resolved_ids": True,
}
_SWEBENCH_VERDICTS = {"empty_patch_ids", "error_ids", "unresolved_ids", "resolved_ids"}
# The harness judges Verified Mini as a part of Verified: its report then lists the 450
# instances that are not in Verified Mini as incomplete.
_MINI_COUNT = 50
# Matches up to the share of passed tests: list, entry, result.
_RESULT_LEVELS = 3
_TOO_MANY = "its tasks go on"
_TASK_IDS = raw_json.decoder(list[raw_json.Id])


def verdicts(
    benchmark: str, results: Any, at: Pointer
) -> Iterator[tuple[Pointer, str, Verdict | Quarantined]]:
    """Yield the position of each task's result, its id, and its meaning or why it has
    none; nothing at all if the benchmark has no rule.
    """
    if benchmark.startswith("swebench"):
        is_mini = benchmark.startswith("swebench_verified_mini")
        yield from _listed(results, at, _MINI_COUNT if is_mini else None)
    for rule in _RULES:
        if benchmark.startswith(rule.benchmark):
            yield from _by_rule(rule, results, at)


def _sections(
    results: Any, at: Pointer, names: Container[str]
) -> tuple[dict[str, Raw], list[tuple]]:
    """Return the parts of a report that have these names, and those that are refused."""
    found, refused = {}, []
    for name, part in raw_json.items(results, at):
        if name in names and isinstance(part, Quarantined):
            refused.append((at / name, name, part))
        elif name in names:
            found[name] = part
    return found, refused


def _listed(results: Any, at: Pointer, most: int | None) -> Iterator[tuple]:
    # For each task: the first list with it and its position; the last list with it and
    # its meaning.
    found: dict[str, tuple[str, int, str, Verdict]] = {}
    lists, refused_lists = _sections(results, at, _SWEBENCH_LISTS)
    yield from refused_lists
    for name, is_success in _SWEBENCH_LISTS.items():
        raw = lists.get(name)
        if raw is None:
            continue
        if raw_json.has_more_than(MAX_TRACE_RECORDS, raw):
            raise file_refused("too_many_records", _TOO_MANY, None, at / name)
        try:
            found_ids = map(str, raw_json.record(_TASK_IDS, raw))
            task_ids = list(map(rules.canonical, found_ids))
        except RecordRefused as refused:
            yield at / name, name, refused.at_pointer(at / name, raw_json.excerpt(raw))
            continue
        said = Verdict(is_success, None)
        for index, task_id in enumerate(task_ids):
            *place, last, known = found.get(task_id, (name, index, None, said))
            is_contradicted = last in _SWEBENCH_VERDICTS and known != said
            found[task_id] = (*place, name, _CONTRADICTED if is_contradicted else said)
            if len(found) > MAX_TRACE_RECORDS:
                raise file_refused("too_many_records", _TOO_MANY, None, at)
    is_of_more = most is not None and len(found) > most
    for task_id, (name, index, last, verdict) in found.items():
        if not (is_of_more and last == _INCOMPLETE):
            yield at / name / index, task_id, verdict


def _by_rule(rule: _Rule, results: Any, at: Pointer) -> Iterator[tuple]:
    if rule.section is not None:
        sections, refused_sections = _sections(results, at, (rule.section,))
        yield from refused_sections
        found = sections.get(rule.section)
        at /= rule.section
        if found is None:
            return
        try:
            results = raw_json.record(raw_json.SECTION, found)
        except RecordRefused as refused:
            yield at, "", refused.at_pointer(at, raw_json.excerpt(found))
            return
    kind = raw_json.decoder(rule.result)
    for task_id, raw in raw_json.items(results, at):
        pointer = at / task_id
        if isinstance(raw, Quarantined):
            yield pointer, task_id, raw
            continue
        try:
            result = raw_json.record(kind, raw)
            raw_json.check_once(raw, _RESULT_LEVELS)
            verdict = rule.verdict(result)
        except RecordRefused as refused:
            verdict = refused.at_pointer(pointer, raw_json.excerpt(raw))
        yield pointer, task_id, verdict
