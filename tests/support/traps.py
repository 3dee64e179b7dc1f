"""Two small METR files in which every threshold has a case on either side.

`RUNS` is the action-count file: (task, agent, human minutes, results), a result
being (action count, score) or (action count, score, how often). What each part is
there for stands above it. `test_actions_oracle.py` proves that the traps are set:
it moves every threshold by one and finds another table.
"""

import json
from collections import defaultdict
from pathlib import Path

OPUS = "flock-public+modular_c4o@main"
SONNET = "flock-public+modular_c3.7s@main"
THINKING = "flock-public+modular_c3.7s_thinking@main"
MINI = "duet+4x4om_advisor_4om_gen@main"
GPT4O = "duet+4x4o_advisor_4o_gen@main"

# Strings that nearly match a rule, or match two.
NAMES = [
    "duet+4x4om_advisor_c3.6s_gen@main",  # c3.6s comes before 4om: claude-3.6-sonnet
    "mtb/start_metr_task,metr_agents/react",  # no model at all: gpt-4 (react)
    "duet+c4s,metr_agents/react",  # a prefix before `contains`; react before c4s
    "homebrew+mystery@main",  # no rule: unknown model and framework
    "temp-flock+C4O@main",  # rules for models are case-sensitive
    "Dragonfly+c3s@main",  # and so are prefixes
    "my-duet+g3.5ti@main",  # a prefix is at the start
    "flock-publicmodular_4-0613@main",  # and is followed to its end
    "modular-public+c3x7s@main",  # a dot is a dot: not claude-3.7-sonnet
    "modular-public+c3.5sv2@main",  # before c3.5s, which it holds
]
CAPITAL_SAFETY = "flock-public+modular_c3.7s@team/Sabotage"
SAFETY = "flock-public+modular_o1p@team/refuse-tutor"

RUNS = [
    *[("names/main", name, 7.5, [(3, 1), (8, 0), (9, 0.25)]) for name in NAMES],
    ("names/main", CAPITAL_SAFETY, 7.5, [(4, 1), (700, 0), (12, 0.5)]),
    ("names/main", SAFETY, 7.5, [(2, 0.75), (6, 0), (60, 0), (1, 1)]),
    # Deciles of 101 attempts fall on whole positions, where numpy's grid has
    # 0.30000000000000004: the attempt at that position stays in the lower bin,
    # and one bin has nine attempts.
    (
        "deciles/whole",
        "duet+4xc3.5s@main",
        30,
        [(n, int(n % 7 < 4)) for n in range(101)],
    ),
    # The same with 51 attempts, ties and edges that coincide: three bins are left.
    (
        "deciles/tied",
        "flock-public+modular_qwen_3_235b@main",
        20,
        [(2, 1, 11), (8, 0.5, 5), (11, 1, 14), (12, 0), (20, 0, 5), (33, 0, 15)],
    ),
    # Fifty attempts make a model major, 49 do not. The bins of the first are
    # 10, 11, 14 and 15 attempts strong.
    (
        "major/fifty",
        "flock-public+modular_o1g@main",
        12,
        [(1, 1, 10), (3, 1, 11), (5, 0.2, 6), (5, 0, 8), (9, 0, 15)],
    ),
    (
        "major/forty_nine",
        "flock-public+triframe_o3m@main",
        12,
        [(1, 1, 13), (3, 1, 12), (5, 0, 12), (9, 0, 12)],
    ),
    # Only two bins have ten attempts.
    (
        "major/two_bins",
        "flock-public+modular_g2.5pro@main",
        4,
        [(5, 1, 20), (6, 0, 31), (9, 0.9, 2)],
    ),
    # Two and three successes, two and three failures, and one of each.
    ("outcomes/3_and_3", SONNET, 60, [(4, 1, 2), (19, 0.5), (7, 0, 2), (9, 0)]),
    ("outcomes/2_and_4", SONNET, 60, [(4, 1), (6, 0.1), (7, 0, 2), (9, 0), (40, 0)]),
    ("outcomes/5_and_2", SONNET, 60, [(4, 0.6), (6, 0.4, 3), (9, 1), (7, 0), (8, 0)]),
    ("outcomes/1_and_3", SONNET, 60, [(4, 1), (7, 0), (8, 0), (12, 0)]),
    ("outcomes/equal", SONNET, 60, [(6, 1, 3), (6, 0, 4)]),
    # Safety runs lift this task over the threshold for all, not for capability.
    ("outcomes/safety", SONNET, 8, [(3, 1), (5, 1), (8, 0, 3)]),
    ("outcomes/safety", CAPITAL_SAFETY, 8, [(30, 1), (2, 0)]),
    ("constant/all_success", SONNET, 2, [(1, 1, 4), (3, 1)]),
    ("constant/all_fail", SONNET, 999, [(60, 0), (0, 0, 2)]),
    ("constant/half", SONNET, 5, [(2, 0.5, 3)]),
    ("single/main", MINI, 45, [(5, 0.5)]),
    # The minutes differ inside the task, and the first is not the least.
    ("minutes/differ", SONNET, 40, [(5, 1, 2), (9, 0, 3)]),
    ("minutes/differ", MINI, 25, [(6, 0.3), (11, 0, 2)]),
    # Three and four comparison models; a safety run and another model count not.
    ("shared/three", OPUS, 15, [(4, 1), (6, 0)]),
    ("shared/three", SONNET, 15, [(8, 0.5)]),
    ("shared/three", MINI, 15, [(9, 0)]),
    ("shared/three", SAFETY, 15, [(5, 1)]),
    ("shared/three", NAMES[0], 15, [(5, 1)]),
    ("shared/four", OPUS, 15, [(4, 1), (7, 0.4)]),
    ("shared/four", THINKING, 15, [(21, 0), (3, 1)]),
    ("shared/four", MINI, 15, [(9, 0)]),
    ("shared/four", GPT4O, 15, [(14, 0.5), (2, 1, 2)]),
    # Ten failures make a profile, nine do not.
    (
        "failures/ten",
        "dragonfly+gpt4oSingle@ten",
        90,
        [(n, 0) for n in (5, 6, 7, 8, 30, 31, 61, 74, 90, 151)] + [(3, 1)],
    ),
    (
        "failures/nine",
        "dragonfly+gpt4oSingle@nine",
        90,
        [(n, 0) for n in (4, 4, 5, 9, 12, 55, 56, 57, 150)] + [(2, 0.01)],
    ),
    # Of 26, position 0.9 * 25 = 22.5 rounds up, not to the even neighbour. Some
    # credit after 400 actions is no failure.
    (
        "failures/half",
        "dragonfly+gpt4oSingle@half",
        90,
        [*((n * n, 0) for n in range(26)), (400, 0.4)],
    ),
    # The median is 18: exactly twice that is not far beyond it.
    (
        "failures/twice",
        "dragonfly+gpt4oSingle@twice",
        90,
        [(18, 0, 9), (36, 0), (37, 0), (50, 0), (51, 0)],
    ),
    # A median of no action at all, and a floor of 30 above twice the median.
    (
        "failures/zero",
        "dragonfly+gpt4oSingle@zero",
        3,
        [(0, 0, 11), (29, 0), (30, 0), (31, 0), (32, 0)],
    ),
    # Round numbers with and without neighbours, and just too far to be one.
    ("limits/main", MINI, 10, [(25, 1, 4), (25, 0, 3), (23, 1, 2), (22, 0), (27, 0)]),
    ("limits/main", MINI, 10, [(28, 1), (200, 0.5, 2), (502, 1), (503, 0)]),
    # Ten pairs of task and model make a median of their own, nine do not.
    *[
        (f"pairs/{n}", agent, 5 + n, [(2 + n, 1), (3, 0.5), (20 - n, 0), (4, 0)])
        for n in range(10)
        for agent in (
            "flock-public+triframe_qwen_2_72b@qwen",
            "flock-public+triframe_ds3-0324@main",
        )
        if n < 9 or "qwen" in agent
    ],
]

# Human runs count from zero, one task is only theirs, and one alias is new.
HORIZON_FIELDS = ("run_id", "alias", "task_id", "score", "score_binarized")
HORIZON_TIMES = ("started_at", "completed_at", "fatal_error_from")
HORIZON_RUNS = [
    ("a1", "GPT-4o", "fam/one", 1.0, 1, 1730420418410, 1730420478910, None),
    ("a2", "GPT-4o", "fam/one", 0.4, 1, 1730420418410, 1730420419410, "usageLimits"),
    ("a3", "GPT-4o", "fam/two", 0.9, 0, 1730506818000, 1730506818250, "agent"),
    ("a4", "GPT-4 0314", "fam/two", 0.0, 0, 1730500000000, 1730500001000, None),
    ("a5", "Brand New Model", "fam/one", 0.0, 0, 1730500000000, 1730500009000, None),
    (6, "human", "fam/one", 1.0, 1, 0, 600000, None),
    (7, "human", "fam/three", 0.2, 0, 0, 28800000, None),
]


def write_traps(folder: Path) -> list[Path]:
    """Write both files into `folder` and return their paths."""
    yaml_path, jsonl_path = folder / "traps.yaml", folder / "traps.jsonl"
    yaml_path.write_text(yaml_text())
    jsonl_path.write_text(jsonl_text())
    return [yaml_path, jsonl_path]


def yaml_text() -> str:
    """Return `RUNS` as METR writes them, run ids counting from 0001."""
    families: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    run_count = 0
    for task, agent, human_minutes, results in RUNS:
        family, variant = task.split("/")
        for action_count, score, *times in results:
            for _ in range(*(times or [1])):
                run_count += 1
                families[family][variant] += [
                    f"    '{run_count:04}':",
                    f"      action_count: {action_count}",
                    f"      agent: {agent}",
                    f"      human_minutes: {human_minutes}",
                    f"      score: {score}",
                ]
    lines = []
    for family, variants in families.items():
        lines.append(f"{family}:")
        for variant, runs in variants.items():
            lines += [f"  {variant}:", *runs]
    return "\n".join([*lines, ""])


def jsonl_text() -> str:
    """Return `HORIZON_RUNS` as the time-horizon pipeline writes them."""
    names = HORIZON_FIELDS + HORIZON_TIMES
    lines = []
    for run in HORIZON_RUNS:
        fields = dict(zip(names, run, strict=True))
        lines.append(
            fields
            | {
                "task_family": fields["task_id"].split("/")[0],
                "model": fields["alias"].lower(),
                "human_minutes": 30.5,
                "human_score": 1.0,
                "human_source": "baseline",
                "time_limit": 1800,
                "dollar_equivalent": None,
                "total_tokens": None,
                "equal_task_weight": 0.25,
                "invsqrt_task_weight": 0.125,
            }
        )
    return "".join(json.dumps(line) + "\n" for line in lines)
