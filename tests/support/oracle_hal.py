"""What the rows of HAL traces amount to, computed a second time in plain Python.

As in `oracle.py` nothing here was translated from the SQL: each function follows
the words that define a column and works trace by trace where the SQL joins tables.
"""

import datetime
import json
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd

_SEEDS = Path(__file__).resolve().parents[2] / "seeds"
PROVIDERS = set(pd.read_csv(_SEEDS / "model_providers.csv").provider)
KNOWN_NAMES = set(pd.read_csv(_SEEDS / "hal_model_aliases.csv").alias)
# The first that a trace's results have is its headline.
ACCURACY_METRICS = ("average_correctness", "success_rate", "average_score", "accuracy")
TOKENS = ("input_tokens", "cache_read_tokens", "cache_write_tokens", "output_tokens")
OUTPUT = "output_tokens"
TABLES = {
    "task_results": "raw.hal_task_results",
    "latencies": "raw.hal_task_latencies",
    "calls": "raw.hal_model_calls",
    "usage": "raw.hal_token_usage",
}

Row = dict[str, Any]
Seeds = Mapping[str, pd.DataFrame]


@dataclass
class Trace:
    """One trace: what it says of itself, and its rows in the other tables."""

    head: Row
    task_results: list[Row] = field(default_factory=list)
    latencies: list[Row] = field(default_factory=list)
    calls: list[Row] = field(default_factory=list)
    usage: list[Row] = field(default_factory=list)
    # Where the records are that were refused, without the trace's own place.
    refused: list[str] = field(default_factory=list)

    @property
    def place(self) -> tuple[str, int]:
        return self.head["file_id"], self.head["trace_number"]

    @property
    def evaluation_id(self) -> str:
        return f"hal:{self.head['run_id']}"

    @property
    def leaf_calls(self) -> list[Row]:
        """The calls of models; a parent repeats the usage of its children."""
        return [call for call in self.calls if call["is_leaf"]]

    @property
    def cost(self) -> float | None:
        """The cost as the trace reports it: in its results, else outside of them."""
        inside = self.head["total_cost"]
        return self.head["trace_total_cost"] if inside is None else inside

    @property
    def accuracy(self) -> tuple[float | None, str | None]:
        """The headline result, and which of the trace's numbers it is."""
        for metric in ACCURACY_METRICS:
            if self.head[metric] is not None:
                return self.head[metric], metric
        return None, None

    @property
    def headline(self) -> tuple:
        """What two copies of one run must agree on."""
        return (
            self.head["benchmark_name"],
            self.head["agent_name"],
            without_provider(self.head["model_name"]),
            configured_effort(self),
            self.accuracy[0],
            self.cost,
        )

    @property
    def detail_count(self) -> int:
        """How much the trace says beyond its headline."""
        return sum(len(getattr(self, name)) for name in TABLES)


def rows(frame: pd.DataFrame) -> list[Row]:
    """Return a table's rows, with None where a value is missing."""
    return frame.astype(object).where(frame.notna(), None).to_dict("records")


_kept: dict[Any, Any] = {}


def once(compute: Callable[[pd.DataFrame], Any], seed: pd.DataFrame) -> Any:
    """Return what is computed of a seed, for which every trace asks again."""
    key = compute, id(seed)
    if key not in _kept:
        # The seed stays too, so that no other gets its id.
        _kept[key] = compute(seed), seed
    return _kept[key][0]


def by_first_column(seed: pd.DataFrame) -> dict[str, str]:
    """Return the second of a seed's two columns by the first."""
    return dict(seed.itertuples(index=False))


def traces(tables: Mapping[str, pd.DataFrame]) -> list[Trace]:
    """Return the loaded traces, each with its own rows."""
    heads = rows(tables["raw.hal_evaluations"])
    found = {trace.place: trace for trace in map(Trace, heads)}
    for name, table in TABLES.items():
        for row in rows(tables[table]):
            getattr(found[row["file_id"], row["trace_number"]], name).append(row)
    for entry in rows(tables["raw.quarantine"]):
        for trace in found.values():
            root = trace.head["pointer"].removesuffix("/config")
            is_inside = entry["position"].startswith(f"{root}/")
            is_missed = entry["reason_code"] != "duplicate_record"
            if entry["file_id"] == trace.head["file_id"] and is_inside and is_missed:
                trace.refused.append(entry["position"].removeprefix(root))
    return list(found.values())


def counted(loaded: Iterable[Trace]) -> list[Trace]:
    """Return one trace for each run that is not in dispute.

    Where the headlines of a run's traces agree the fullest counts, of equal ones the
    first by file; where they differ none does.
    """
    by_run = defaultdict(list)
    for trace in loaded:
        by_run[trace.evaluation_id].append(trace)
    return [
        min(copies, key=lambda trace: (-trace.detail_count, trace.place))
        for copies in by_run.values()
        if len({trace.headline for trace in copies}) == 1
    ]


# ------------------------------------------------------------ who ran


def without_provider(name: str | None) -> str | None:
    """Return a model's name without the path of who serves it.

    What comes before a name that is known goes, whatever it is; else providers go.
    """
    if name is None:
        return None
    parts = name.split("/")
    endings = ["/".join(parts[at:]) for at in range(len(parts))]
    for ending in endings:
        if ending in KNOWN_NAMES:
            return ending
    while len(parts) > 1 and parts[0].lower() in PROVIDERS:
        parts.pop(0)
    return "/".join(parts)


def model_named(name: str | None, seeds: Seeds) -> str:
    """Return the model that traces call `name`, without its effort."""
    if name is None:
        return "unknown"
    aliases = once(by_first_column, seeds["hal_model_aliases"])
    return aliases.get(without_provider(name), without_provider(name))


def scaffold_of(
    agent: str, benchmark: str, rules: pd.DataFrame
) -> tuple[str, str | None]:
    """Return the scaffold that begins an agent's name, and which rule decided."""
    for rule in rules.sort_values("position").itertuples():
        is_of_benchmark = pd.isna(rule.benchmark) or rule.benchmark == benchmark
        if is_of_benchmark and agent.lower().startswith(rule.prefix):
            return rule.scaffold, f"{rule.position}: {rule.prefix}"
    return agent, None


def configured_effort(trace: Trace) -> str | None:
    """Return the effort that the agent was given, in words or tokens."""
    if trace.head["reasoning_effort"] is not None:
        return trace.head["reasoning_effort"]
    given = json.loads(trace.head["agent_args"] or "{}")
    thinking, reasoning = given.get("thinking"), given.get("reasoning")
    if isinstance(reasoning, dict) and reasoning.get("effort"):
        return reasoning["effort"]
    budget = given.get("thinking_budget")
    if isinstance(thinking, dict):
        budget = thinking.get("budget_tokens", budget)
        if thinking.get("type") == "disabled":
            return "none"
    return None if budget is None else f"thinking-{budget}"


def effort_in_name(trace: Trace, seeds: Seeds) -> str | None:
    """Return the effort that the agent's name has, unless the model's has it."""
    name = trace.head["agent_name"].lower()
    model = f"{trace.head['model_name'] or ''} {model_named(trace.head['model_name'], seeds)}"
    for rule in seeds["hal_effort_rules"].sort_values("position").itertuples():
        if re.search(rule.pattern, name) and rule.reasoning_effort not in model.lower():
            return rule.reasoning_effort
    return None


def effort_of(trace: Trace, seeds: Seeds) -> str | None:
    """Return the effort by hand, else as configured, else by the agent's name."""
    by_hand = corrections(trace, seeds)
    if "reasoning_effort" in by_hand:
        return by_hand["reasoning_effort"]
    return configured_effort(trace) or effort_in_name(trace, seeds)


def default_effort(model: str, seeds: Seeds) -> str | None:
    """Return what a model does unless told otherwise, None by default."""
    efforts = seeds["model_default_efforts"].set_index("model").default_effort
    return efforts.get(model)


def corrections(trace: Trace, seeds: Seeds) -> dict[str, str | None]:
    """Return the columns whose value was corrected by hand; an empty one is None.

    A trace that does not say the published value is left as it is.
    """
    told = {
        "reasoning_effort": configured_effort(trace),
        "total_cost_usd": None if trace.cost is None else str(float(trace.cost)),
    }
    return {
        row["column_name"]: row["corrected_value"]
        for row in once(rows, seeds["corrections"])
        if row["subject"] == trace.evaluation_id
        and row["published_value"] == told[row["column_name"]]
    }


def is_perturbed(trace: Trace, seeds: Seeds) -> bool:
    """Return whether a switch that disturbs the run is on, or its name says so."""
    arguments, config = (
        json.loads(trace.head[name] or "{}") for name in ("agent_args", "extra_config")
    )
    told = [
        arguments[field] if arguments.get(field) is not None else config.get(field)
        for field in seeds["hal_perturbation_fields"].field
    ]
    off = ("", "false", "no", "off", "none", "null", "0", "0.0")
    run_id = trace.head["run_id"].replace(trace.head["benchmark_name"], "")
    name = f"{trace.head['agent_name']} {run_id}".lower()
    return (
        trace.head["has_prompt_variations"]
        or any(
            value is not None and str(value).strip().lower() not in off
            for value in told
        )
        or any(
            re.search(pattern, name)
            for pattern in seeds["hal_perturbation_names"].pattern
        )
    )


def identities(loaded: Iterable[Trace], seeds: Seeds) -> dict[str, Row]:
    """Return who ran, by evaluation."""
    generalists = {
        row["scaffold"]: row["is_generalist"]
        for row in rows(seeds["scaffolds"])
        if row["source"] == "hal"
    }
    who = {}
    for trace in loaded:
        agent = trace.head["agent_name"]
        benchmark = trace.head["benchmark_name"]
        scaffold, match_rule = scaffold_of(
            agent, benchmark, seeds["hal_scaffold_rules"]
        )
        effort = effort_of(trace, seeds)
        model = model_named(trace.head["model_name"], seeds)
        if model != "unknown" and effort not in (None, default_effort(model, seeds)):
            model = f"{model} {effort}"
        who[trace.evaluation_id] = {
            "evaluation_id": trace.evaluation_id,
            "source": "hal",
            "benchmark": benchmark,
            "agent": agent,
            "scaffold": scaffold,
            "framework": scaffold,
            "is_generalist": generalists.get(scaffold),
            "model": model,
            "reasoning_effort": effort,
            "population": "perturbed" if is_perturbed(trace, seeds) else "capability",
            "match_rule": match_rule,
            "file_id": trace.head["file_id"],
        }
    models = defaultdict(set)
    for row in who.values():
        models[row["agent"]].add(row["model"])
    for row in who.values():
        several = len(models[row["agent"]]) > 1
        row["agent_label"] = row["agent"] + (f" [{row['model']}]" if several else "")
        if row["population"] == "perturbed":
            row["agent_label"] += " [perturbed]"
    return who


# ---------------------------------------------------- what came of it


def utc(text: str | None) -> datetime.datetime | None:
    """Return the moment that ISO 8601 text names, in UTC without saying so."""
    try:
        moment = datetime.datetime.fromisoformat(text or "")
    except ValueError:
        return None
    if moment.tzinfo is None:
        return moment
    return moment.astimezone(datetime.UTC).replace(tzinfo=None)


def day_of(text: str | None) -> pd.Timestamp | None:
    """Return the day that a text begins with, as written."""
    try:
        return pd.Timestamp(datetime.date.fromisoformat((text or "")[:10]))
    except ValueError:
        return None


def sum_known(values: Iterable[int | None]) -> int | None:
    """Return the sum of the values that are known; None where none is."""
    known = [value for value in values if value is not None]
    return sum(known) if known else None


def whole_sum(used: Iterable[Row], name: str) -> int | None:
    """Return the sum of one kind of tokens; None where who tells others not these."""
    told = [row for row in used if any(row[kind] is not None for kind in TOKENS)]
    values = [row[name] for row in told]
    return None if None in values or not values else sum(values)


def token_sums(used: Iterable[Row]) -> Row:
    """Return each kind of tokens added up."""
    used = list(used)
    return {
        "input_tokens": whole_sum(used, "input_tokens"),
        "output_tokens": whole_sum(used, "output_tokens"),
        "cache_read_tokens": sum_known(row["cache_read_tokens"] for row in used),
        "cache_write_tokens": sum_known(row["cache_write_tokens"] for row in used),
    }


def is_numbered(trace: Trace) -> bool:
    """Return whether the latencies have positions where others have their task."""
    named = {row["task_id"] for row in trace.latencies}
    tasks = {row["task_id"] for row in trace.task_results}
    return not named <= tasks and named == {str(n) for n in range(len(named))}


def attempts_of(trace: Trace, identity: Row) -> list[Row]:
    """Return an attempt for each task whose outcome the trace tells."""
    who = {
        name: value
        for name, value in identity.items()
        if name not in ("is_generalist", "reasoning_effort")
    }
    calls = defaultdict(list)
    for call in trace.leaf_calls:
        calls[call["task_id"]].append(call)
    timed = {}
    if not is_numbered(trace):
        timed = {row["task_id"]: row for row in trace.latencies}
    found = []
    for result in trace.task_results:
        if result["outcome"] is None:
            continue
        task_id = result["task_id"]
        is_success = result["outcome"] == "success"
        own_calls = calls.get(task_id)
        steps = result["step_count"]
        if steps is None and own_calls is not None and not lacks_a_call(trace, task_id):
            steps = len(own_calls)
        time = timed.get(task_id, {})
        calls_of = own_calls or []
        is_short = lacks_a_call(trace, task_id)
        found.append(
            who
            | {
                "attempt_id": f"{trace.evaluation_id}:{task_id}",
                "task_family": None,
                "task_id": task_id,
                "score": 1.0 if is_success else 0.0,
                "status": result["status"] or "scored",
                "is_reported_success": (
                    is_success if result["decided_by"] == "list" else None
                ),
                "action_count": steps,
                "human_minutes": None,
                "latency_seconds": (
                    result["wall_clock_seconds"]
                    if time.get("total_seconds") is None
                    else time["total_seconds"]
                ),
                "started_at": utc(time.get("first_call_at")),
                "input_tokens": None if is_short else tokens_read(token_sums(calls_of)),
                "output_tokens": None if is_short else whole_sum(calls_of, OUTPUT),
                "cost_usd": None,
            }
        )
    return found


def lacks_a_call(trace: Trace, task_id: str) -> bool:
    """Return whether a call was refused that is the task's, or may be."""
    for place in trace.refused:
        _, part, *names = place.split("/")
        if part == "raw_logging_results":
            if names[1:2] != ["call_metadata"]:
                return True
            if names[0].replace("~1", "/").replace("~0", "~") == task_id:
                return True
    return False


def tokens_read(used: Row) -> int | None:
    """Return the tokens of input, from a cache and into one included.

    Where the source has no word for a cache there was none.
    """
    if used["input_tokens"] is None:
        return None
    cached = used["cache_read_tokens"], used["cache_write_tokens"]
    return used["input_tokens"] + (sum_known(cached) or 0)


def tokens_used(used: Row) -> int | None:
    """Return all tokens, None where input or output is not told."""
    read, written = tokens_read(used), used["output_tokens"]
    return None if read is None or written is None else read + written


def tokens_by_model(trace: Trace, seeds: Seeds) -> dict[str, Row]:
    """Return the tokens of each model by total_usage where it tells of any, else by
    the logged calls.
    """
    by_model = defaultdict(list)
    refused = [place.split("/")[1:] for place in trace.refused]
    usages = [names for part, *names in refused if part == "total_usage"]
    calls = [part for part, *_ in refused if part == "raw_logging_results"]
    unknown = set()
    for names in usages:
        name = names[0].replace("~1", "/").replace("~0", "~") if names else None
        unknown.add(model_named(name or None, seeds))
    reports = trace.usage
    if not usages and not tells_tokens(trace.usage) and (trace.leaf_calls or calls):
        reports = trace.leaf_calls
        unknown |= {"unknown"} if calls else set()
    for row in reports:
        by_model[model_named(row["model"], seeds)].append(row)
    nothing = dict.fromkeys(TOKENS)
    sums = {model: token_sums(used) for model, used in by_model.items()}
    return sums | dict.fromkeys(unknown, nothing)


def tells_tokens(used: Iterable[Row]) -> bool:
    """Return whether any token is told."""
    return any(row[name] for row in used for name in TOKENS)


def has_used_tokens(trace: Trace) -> bool:
    """Return whether any are told or, where none are, whether anything was tried."""
    if tells_tokens([*trace.usage, *trace.leaf_calls]):
        return True
    told = [
        row["input_tokens"] is not None and row["output_tokens"] is not None
        for row in trace.leaf_calls or trace.usage
    ]
    if told and all(told):
        return False
    tried = [result["outcome"] is not None for result in trace.task_results]
    return any(tried) or trace.accuracy[0] is not None


def total_of_models(used: Iterable[Row]) -> Row:
    """Return each kind of tokens of all models; unknown where one tells nothing."""
    used = list(used)
    if any(all(row[name] is None for name in TOKENS) for row in used):
        return dict.fromkeys(TOKENS)
    return token_sums(used)


def cost_status(trace: Trace, seeds: Seeds) -> str:
    """Return whether the reported cost can be the whole.

    It is a part where it is below a tenth of what the tokens cost, or what all models
    but one cost, or one alone, while the rest used tokens.
    """
    cost = trace.cost
    if cost is None:
        return "not_told"
    if cost == 0:
        return "zero_with_tokens" if has_used_tokens(trace) else "reported"
    if any(place.startswith("/total_usage") for place in trace.refused):
        return "refused_part"
    prices = seeds["model_prices"]
    prices = prices.assign(valid_from=pd.to_datetime(prices.valid_from))
    day = day_of(trace.head["date"])
    tokens = tokens_by_model(trace, seeds)
    costs = {}
    for model, used in tokens.items():
        costs[model] = None if day is None else cost_of({model: used}, day, prices)
        if costs[model] is None:
            costs[model] = cost_of({model: used}, prices.valid_from.max(), prices)
    known = {model: one for model, one in costs.items() if one is not None}
    parts = []
    for model, used in tokens.items():
        if any(used[name] for name in TOKENS):
            others = sum(one for name, one in known.items() if name != model)
            if costs[model] is None or costs[model] > cost / 100:
                parts.append(others)
            if costs[model] is not None and others > cost / 100:
                parts.append(costs[model])
    is_a_part = any(part and abs(cost - part) <= cost / 1000 for part in parts)
    if is_a_part or cost * 10 < sum(known.values()):
        return "partly_priced"
    return "reported"


def headline_of(trace: Trace, seeds: Seeds) -> Row:
    """Return the numbers that an evaluation has as a whole."""
    tokens = total_of_models(tokens_by_model(trace, seeds).values())
    cost = trace.cost
    status = cost_status(trace, seeds)
    by_hand = corrections(trace, seeds)
    if "total_cost_usd" in by_hand:
        corrected = by_hand["total_cost_usd"]
        cost = None if corrected is None else float(corrected)
    elif status in ("zero_with_tokens", "partly_priced", "refused_part"):
        # A model had no price; it was not free.
        cost = None
    seconds = [
        row["total_seconds"]
        for row in trace.latencies
        if row["total_seconds"] is not None
    ]
    if not seconds:
        clocks = [row["wall_clock_seconds"] for row in trace.task_results]
        seconds = [clock for clock in clocks if clock is not None]
    if any(place.startswith("/results/latencies") for place in trace.refused):
        seconds = []
    accuracy, metric = trace.accuracy
    return tokens | {
        "cost_status": status,
        "evaluated_on": day_of(trace.head["date"]),
        "accuracy": accuracy,
        "accuracy_metric": metric,
        "total_cost_usd": cost,
        "mean_latency_seconds": sum(seconds) / len(seconds) if seconds else None,
    }


# ---------------------------------------------------- what it cost


def price_of(model: str, day: Any, prices: pd.DataFrame) -> Row | None:
    """Return a model's prices on a day; None where the list has none."""
    valid = prices[(prices.model == model) & (prices.valid_from <= pd.Timestamp(day))]
    return None if valid.empty else dict(valid.sort_values("valid_from").iloc[-1])


def cost_of(tokens: Mapping[str, Row], day: Any, prices: pd.DataFrame) -> float | None:
    """Return what the tokens of all models cost on a day.

    None where those of a model are not known, or a model has no price.
    """
    total = 0.0
    for model, used in tokens.items():
        price = price_of(model, day, prices)
        if price is None or tokens_used(used) is None:
            return None
        for name in TOKENS:
            kind = name.removesuffix("_tokens")
            total += (used[name] or 0) * price[f"{kind}_usd_per_million"] / 1e6
    return total if tokens else None


def priced_share(
    tokens: Mapping[str, Row], day: Any, prices: pd.DataFrame
) -> float | None:
    """Return the share of the tokens whose model has a price on a day."""
    if day is None or pd.isna(day):
        return None
    sizes = {model: tokens_used(used) for model, used in tokens.items()}
    if None in sizes.values() or not sum(sizes.values()):
        return None
    priced = [size for model, size in sizes.items() if price_of(model, day, prices)]
    return sum(priced) / sum(sizes.values())
