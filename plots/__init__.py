"""Figures and the dashboard's data file, drawn from the views.

A figure is a module of this package with `QUERIES` (each takes `$source`; the
first one returns no row exactly when there is nothing to show), `SIZE` in
inches, `subtitle(frames)` and `draw(frames, figure)`.
"""

# In the order of the study that asked these questions.
FIGURES = {
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
    "agent_intervals": "How far could each agent's success rate be off?",
    "paired_differences": "Which agents differ on the tasks that they share?",
    "repeated_attempts": "What do repeated attempts at a task buy?",
    "headline_sensitivity": "Do the headlines survive other choices?",
    "time_horizons": "How long are the tasks that a model finishes half of the time?",
    "success_within_budget": "How many actions does a model need to succeed?",
}
FILE_STEMS = {name: f"{i:02d}_{name}" for i, name in enumerate(FIGURES, start=1)}
