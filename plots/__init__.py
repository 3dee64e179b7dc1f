"""Figures and the dashboard's data file, drawn from the views.

A figure is a module of this package, as `plots.figure.Figure` describes it: its
queries, its drawing and the sentence that answers its question. Figures that
differ only in what they measure share a module; its `VARIANTS` holds one such
object for each name.
"""

import os

# Figures are files. Matplotlib refuses to start with a backend for windows that is not
# installed.
os.environ["MPLBACKEND"] = "agg"

# In the order of the studies that asked these questions.
ACTION_FIGURES = {
    "score_distribution": "How are scores distributed?",
    "actions_by_outcome": "How many actions do failed and successful attempts take?",
    "confound_check": "Do hard tasks explain why long attempts fail?",
    "within_task_deltas": "Within one task, do successes take fewer actions?",
    "action_limits": "Do attempts pile up at a round number of actions?",
    "model_comparison": "Which models score high, and with how many actions?",
    "actions_by_outcome_per_model": (
        "On shared tasks, how long are each model's successes and failures?"
    ),
    "success_against_actions_per_model": (
        "How does a model's success rate change with its number of actions?"
    ),
    "within_task_model_deltas": (
        "Within one task and model, do successes take fewer actions?"
    ),
    "task_families": "Which task families take many actions, and which succeed?",
    "grinding_agents": "Which agents grind on when they fail?",
}
LEADERBOARD_FAMILIES = {
    "heatmaps": {
        "generalist_accuracy": (
            "How accurate is each model with the generalist scaffold?"
        ),
        "task_specific_accuracy": (
            "How accurate is each model with task-specific scaffolds?"
        ),
        "generalist_cost": "What does a run cost with the generalist scaffold?",
        "task_specific_cost": "What does a run cost with task-specific scaffolds?",
        "generalist_latency": (
            "How long does a task take with the generalist scaffold?"
        ),
        "task_specific_latency": (
            "How long does a task take with task-specific scaffolds?"
        ),
        "generalist_win_rate": "Which model wins with the generalist scaffold?",
        "task_specific_win_rate": "Which model wins with task-specific scaffolds?",
        "max_accuracy_win_rate": "Which model wins by accuracy?",
        "frontier_distance_win_rate": (
            "Which model wins by its distance to the cost-accuracy frontier?"
        ),
    },
    "frontier_grids": {
        "accuracy_against_cost": "Which models are accurate for their price?",
        "accuracy_against_latency": "Which models are accurate for their time?",
    },
    "win_rate_frontiers": {
        "win_rate_against_cost": "What does it cost to win by accuracy?",
        "win_rate_against_latency": "How long does it take to win by accuracy?",
        "frontier_win_rate_against_cost": (
            "What does it cost to win by frontier distance?"
        ),
        "frontier_win_rate_against_latency": (
            "How long does it take to win by frontier distance?"
        ),
    },
    "win_rate_bars": {
        "overall_win_rate": (
            "Which model wins by accuracy, and also on shared benchmarks?"
        ),
        "overall_frontier_win_rate": (
            "Which model wins by frontier distance, each benchmark's own or one for all?"
        ),
    },
}
LEADERBOARD_FIGURES = {
    name: question
    for family in LEADERBOARD_FAMILIES.values()
    for name, question in family.items()
}
INFERENCE_FIGURES = {
    "agent_intervals": "How far could each agent's success rate be off?",
    "paired_differences": "Which agents differ on the tasks that they share?",
    "repeated_attempts": "What do repeated attempts at a task buy?",
    "headline_sensitivity": "Do the headlines survive other choices?",
    "time_horizons": "How long are the tasks that a model finishes half of the time?",
    "success_within_budget": "How many actions does a model need to succeed?",
    "horizon_trend": "How fast do time horizons grow?",
    "success_rules": "Does counting errors as failures change the ranking?",
    "task_flips": "Which tasks are solved by all, by none, or now and then?",
}
FIGURES = ACTION_FIGURES | LEADERBOARD_FIGURES | INFERENCE_FIGURES
FILE_STEMS = {name: f"{i:02d}_{name}" for i, name in enumerate(FIGURES, start=1)}
