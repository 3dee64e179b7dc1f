-- Grain: one row per success rule, population, source, task and model with
-- enough successes and failures to compare.
-- Fixes the model as well as the task: the cleanest comparison possible.
{{ action_deltas(
    within=['benchmark', 'task_id', 'model'],
    min_outcomes=var('min_outcomes_per_task_model'),
    population='task_model_population'
) }}
