-- Grain: one row per success rule, population, source and task with enough
-- successes and failures to compare.
-- Inside one task difficulty is fixed, which it is not in pooled attempts.
{{ action_deltas(
    within=['benchmark', 'task_id'],
    min_outcomes=var('min_outcomes_per_task'),
    population='population'
) }}
