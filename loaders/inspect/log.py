"""The header of a log: what ran, its metrics and its tokens."""

import hashlib
import json
from collections.abc import Iterator
from datetime import UTC
from typing import Any

import msgspec
from msgspec import Raw, Struct

from loaders.contract import rules
from loaders.contract.columns import RawTable
from loaders.contract.records import Quarantined, RecordRefused
from loaders.contract.visible import is_visible
from loaders.inspect import documents
from loaders.inspect.documents import NOTHING, Number
from loaders.inspect.fields import At, Usage, checked, time, token, usage_row
from loaders.inspect.tables import (
    INSPECT_EVALUATIONS,
    INSPECT_METRICS,
    INSPECT_PLAN_STEPS,
    INSPECT_USAGE,
    INSPECT_WARNINGS,
)

# The alphabet of Inspect's ids, without letters that look alike.
_ID_LETTERS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
_ID_LENGTH = 22

Record = tuple[RawTable, tuple | Quarantined]


class _Message(Struct, gc=False):
    message: Any = None


class _Named(Struct, gc=False):
    name: Any = None


class _Step(Struct, gc=False):
    solver: Any = None


class _Generate(Struct, gc=False):
    reasoning_effort: Any = None


class _Plan(Struct, gc=False):
    steps: list[_Step] | None = None
    finish: _Step | None = None
    config: Raw = NOTHING


class _Config(Struct, gc=False):
    epochs: Number = None
    epochs_reducer: Raw = NOTHING
    limit: Raw = NOTHING
    sample_id: Raw = NOTHING
    log_samples: Any = None


class _Dataset(Struct, gc=False):
    name: Any = None
    samples: Number = None


class _Headline(Struct, gc=False):
    scorer: Any = None
    score: Any = None
    metric: Any = None
    reducer: Any = None


class _Eval(Struct, gc=False):
    task: Any = None
    model: Any = None
    eval_id: Any = None
    run_id: Any = None
    created: Any = None
    task_id: Any = None
    eval_set_id: Any = None
    task_version: Number = None
    task_args: Raw = NOTHING
    solver: Any = None
    model_generate_config: Raw = NOTHING
    model_args: Raw = NOTHING
    model_roles: Raw = NOTHING
    config: _Config | None = None
    dataset: _Dataset | None = None
    packages: dict[str, Any] | None = None
    scorers: list[_Named] | None = None
    headline_metric: _Headline | str | None = None
    tags: Raw = NOTHING
    metadata: Raw = NOTHING


class _Metric(Struct, gc=False):
    name: Any = None
    group: Any = None
    value: Number = None
    params: Raw = NOTHING
    options: Raw = NOTHING


class _Scores(Struct, gc=False):
    name: Any = None
    scorer: Any = None
    reducer: Any = None
    scored_samples: Number = None
    unscored_samples: Number = None
    metrics: dict[str, _Metric] | None = None


class _Results(Struct, gc=False):
    total_samples: Number = None
    completed_samples: Number = None
    scores: list[_Scores] | None = None
    headline: _Headline | None = None
    # Of version 1, which has one scorer.
    scorer: _Named | None = None
    metrics: dict[str, _Metric] | None = None


class _Stats(Struct, gc=False):
    started_at: Any = None
    completed_at: Any = None
    model_usage: dict[str, Usage] | None = None
    role_usage: dict[str, Usage] | None = None


class Header(Struct, gc=False):
    """A log without its samples, which only a .json log has in the same document."""

    version: Number = None
    status: Any = None
    eval: _Eval | None = None
    plan: _Plan | None = None
    results: _Results | None = None
    stats: _Stats | None = None
    error: _Message | str | None = None
    invalidated: bool | None = None
    tags: Raw = NOTHING
    metadata: Raw = NOTHING
    log_updates: list[Raw] | None = None
    samples: list[Raw] | None = None


HEADER = msgspec.json.Decoder(Header)
_GENERATE = msgspec.json.Decoder(_Generate | None)


class Log:
    """The records of a header, and warnings about the log."""

    def __init__(self, header: Header, member: str):
        self.header = header
        self.at = f"{member}#" if member else ""
        self._warnings: dict[tuple[str, str], str] = {}

    def add_warning(self, pointer: str, code: str, detail: str) -> None:
        self._warnings.setdefault((pointer, code), detail)

    def warnings(self) -> Iterator[Record]:
        for (pointer, code), detail in self._warnings.items():
            yield INSPECT_WARNINGS, (pointer, code, detail)

    def missing(self) -> str | None:
        """Return the name of a required field that this log lacks."""
        about = self.header.eval
        if about is None:
            return "eval"
        for name in ("task", "model"):
            found = documents.number(getattr(about, name))
            if not isinstance(found, str) or not is_visible(found):
                return f"eval.{name}"
        ids = ("eval_id", "run_id", "task_id")
        found = [self._text(name, getattr(about, name)) for name in ids]
        if not any(text is not None and is_visible(text) for text in found):
            return "eval.eval_id"
        return None

    def records(self, container: str, status: Any, read_from: str) -> Iterator[Record]:
        yield INSPECT_EVALUATIONS, self._evaluation(container, status, read_from)
        yield from self._plan_steps()
        yield from self._metrics()
        yield from self._usage()

    def _evaluation(self, container: str, status: Any, read_from: str) -> tuple:
        header, about = self.header, self.header.eval
        config = about.config or _Config()
        dataset = about.dataset or _Dataset()
        results, stats = header.results or _Results(), header.stats or _Stats()
        plan, error = header.plan, header.error
        headline = _headline(results.headline or about.headline_metric)
        packages = about.packages or {}
        model_config = about.model_generate_config
        plan_config = plan.config if plan else NOTHING
        scorers = about.scorers or []
        version = documents.number(about.task_version)
        return (
            f"{self.at}/eval",
            self.eval_id,
            container,
            self._count("version", header.version),
            self._text("packages/inspect_ai", packages.get("inspect_ai")),
            self._text("status", status),
            bool(header.invalidated),
            self._text("run_id", about.run_id),
            self._text("task_id", about.task_id),
            self._text("eval_set_id", about.eval_set_id),
            self._by(time, "eval/created", about.created),
            rules.canonical(about.task),
            None if version is None else str(version),
            documents.json_text(about.task_args),
            rules.canonical(about.model),
            self._text("solver", about.solver),
            self._effort("plan/config", plan_config),
            self._effort("eval/model_generate_config", model_config),
            documents.json_text(plan_config),
            documents.json_text(model_config),
            documents.json_text(about.model_args),
            documents.json_text(about.model_roles),
            self._count("eval/config/epochs", config.epochs),
            _names(config.epochs_reducer),
            documents.json_text(config.limit),
            documents.json_text(config.sample_id),
            config.log_samples if isinstance(config.log_samples, bool) else None,
            self._text("dataset/name", dataset.name),
            self._count("eval/dataset/samples", dataset.samples),
            self._count("results/total_samples", results.total_samples),
            self._count("results/completed_samples", results.completed_samples),
            self._text("headline/scorer", headline.scorer),
            self._text("headline/score", headline.score),
            self._text("headline/metric", headline.metric),
            self._text("headline/reducer", headline.reducer),
            headline.metric is not None
            and headline.metric == _headline(about.headline_metric).metric,
            self._text("scorers/0/name", scorers[0].name) if scorers else None,
            self._by(time, "stats/started_at", stats.started_at or None),
            self._by(time, "stats/completed_at", stats.completed_at or None),
            error
            if isinstance(error, str)
            else self._text("error/message", error and error.message),
            documents.json_text(header.tags) or documents.json_text(about.tags),
            documents.json_text(header.metadata) or documents.json_text(about.metadata),
            len(header.log_updates or ()),
            read_from,
        )

    def _effort(self, path: str, config: Raw) -> str | None:
        try:
            generate = documents.record(config, _GENERATE) or _Generate()
        except RecordRefused as refused:
            what = refused.detail.partition("; ")[0]
            self.add_warning(f"{self.at}/{path}", "wrong_type", what)
            return None
        return self._text(f"{path}/reasoning_effort", generate.reasoning_effort)

    @property
    def eval_id(self) -> str:
        """The id of the evaluation, the same in each copy of a log."""
        about = self.header.eval
        found = self._text("eval_id", about.eval_id)
        if found and is_visible(found):
            return found
        # An id made as Inspect makes it, so that a log that it rewrote is a copy.
        parts = [about.run_id, about.task_id, _utc(about.created)]
        whole = "".join("" if part is None else str(part) for part in parts)
        digest = hashlib.blake2s(whole.encode(), digest_size=16).digest()
        number, letters = int.from_bytes(digest, "big"), ""
        while number:
            number, place = divmod(number, len(_ID_LETTERS))
            letters = _ID_LETTERS[place] + letters
        return letters[-_ID_LENGTH:].rjust(_ID_LENGTH, _ID_LETTERS[0])

    def _plan_steps(self) -> Iterator[Record]:
        plan = self.header.plan
        for place, step in enumerate((plan and plan.steps) or (), 1):
            at = f"{self.at}/plan/steps/{place - 1}"
            if isinstance(documents.number(step.solver), str):
                yield INSPECT_PLAN_STEPS, (at, place, step.solver)
            else:
                self.add_warning(at, "wrong_type", "solver is no text")

    def _metrics(self) -> Iterator[Record]:
        results = self.header.results
        if results is None:
            return
        at = f"{self.at}/results"
        scores = results.scores or []
        if not scores and results.metrics is not None:
            scorer = results.scorer and results.scorer.name
            scores = [_Scores(name=scorer, scorer=scorer, metrics=results.metrics)]
            places = [f"{at}/metrics"]
        else:
            places = [f"{at}/scores/{place}/metrics" for place in range(len(scores))]
        for place, (score, base) in enumerate(zip(scores, places, strict=True), 1):
            for number, (key, metric) in enumerate((score.metrics or {}).items(), 1):
                pointer = f"{base}/{token(key)}"
                try:
                    yield (
                        INSPECT_METRICS,
                        self._metric(pointer, place, number, key, score, metric),
                    )
                except RecordRefused as refused:
                    excerpt = msgspec.json.encode(key).decode()
                    yield INSPECT_METRICS, refused.at_pointer(pointer, excerpt)

    def _metric(
        self,
        pointer: str,
        place: int,
        number: int,
        key: str,
        score: _Scores,
        metric: _Metric,
    ) -> tuple:
        scorer = self._text("scorer", score.scorer) or self._text("name", score.name)
        if scorer is None:
            raise RecordRefused("missing_field", "scorer is missing")
        found = documents.number(metric.value)
        if isinstance(found, str):
            raise RecordRefused("wrong_type", f"value is {rules.shown(found)}")
        return (
            pointer,
            place,
            number,
            key,
            scorer,
            self._text("name", score.name) or scorer,
            self._text("reducer", score.reducer),
            self._text("name", metric.name) or key,
            self._text("group", metric.group),
            _double(found),
            written(found),
            documents.json_text(metric.params) or documents.json_text(metric.options),
            self._count("scored_samples", score.scored_samples),
            self._count("unscored_samples", score.unscored_samples),
        )

    def _usage(self) -> Iterator[Record]:
        stats = self.header.stats or _Stats()
        for kind, used in (("model", stats.model_usage), ("role", stats.role_usage)):
            for name, usage in (used or {}).items():
                path = f"{self.at}/stats/{kind}_usage/{token(name)}"
                try:
                    row = (path, None, None, kind, name, *usage_row(usage, path))
                    yield INSPECT_USAGE, row
                except At as refused:
                    excerpt = msgspec.json.encode(usage).decode()
                    yield INSPECT_USAGE, refused.at_pointer(refused.path, excerpt)

    def _text(self, name: str, value: Any) -> str | None:
        """Return a text; anything else becomes null, with a warning."""
        value = documents.number(value)
        if value is None or isinstance(value, str):
            return value
        if isinstance(value, int) and not isinstance(value, bool):
            return str(value)
        self.add_warning(f"{self.at}/{name}", "wrong_type", f"{name} is no text")
        return None

    def _count(self, path: str, value: Any) -> int | None:
        return self._by(rules.count, path, value)

    def _by(self, rule: rules.Rule, path: str, value: Any) -> Any:
        """Return a value by its rule; one that breaks it becomes null, with a warning."""
        try:
            return checked(rule, path.rpartition("/")[2], value)
        except RecordRefused as refused:
            self.add_warning(f"{self.at}/{path}", refused.reason_code, refused.detail)
            return None


def _utc(created: Any) -> Any:
    """Return a time as Inspect reads it; anything else unchanged."""
    try:
        time_ = rules.iso_datetime(rules.text("created", created))
    except (ValueError, RecordRefused):
        return created
    time_ = time_ if time_.tzinfo else time_.replace(tzinfo=UTC)
    try:
        return time_.astimezone(UTC).isoformat()
    except OverflowError:
        return created


def _double(found: float | None) -> float | None:
    """Return a number, None for one that does not fit a double."""
    try:
        return None if found is None else rules.number("value", +found)
    except RecordRefused:
        return None


def written(found: Any) -> str:
    """Return a value as JSON, including NaN and Infinity."""
    return json.dumps(found, ensure_ascii=False)


def _headline(found: _Headline | str | None) -> _Headline:
    """Return the headline of a log, which may be the metric's name alone."""
    return _Headline(metric=found) if isinstance(found, str) else found or _Headline()


def _names(raw: Raw) -> str | None:
    """Return a list as JSON text, an empty one too."""
    found = documents.value(raw)
    return None if found is None else written(found)
