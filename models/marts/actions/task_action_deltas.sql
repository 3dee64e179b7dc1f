-- Grain: one row per success rule, population, source and task with enough
-- successes and failures to compare.
-- Within one task difficulty is fixed; in pooled attempts it is not.
{{ action_deltas(
    within=['benchmark', 'task_id'],
    min_outcomes=var('min_outcomes_per_task'),
    population='population'
) }}
