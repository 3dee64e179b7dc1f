-- Grain: one row per fit number: how many attempts and tasks it is fitted to,
-- and a lower bound for a model that always succeeds.
-- Cells are read twice: a CTE that is read twice is kept in memory.
{%- set horizon_cells = ref('int_horizon_cells') %}
with

totals as (
    select
        fit_number,
        success_rule,
        weighting,
        source,
        model,
        cast(sum(attempt_count) as bigint) as attempt_count,
        cast(sum(success_count) as bigint) as success_count,
        count(*) as task_count,
        min(log2_minutes) as min_log2_minutes,
        max(log2_minutes) as max_log2_minutes,
        min(fit_family_count) as family_count,
        bool_or(is_headline) as is_headline
    from {{ horizon_cells }}
    group by fit_number, success_rule, weighting, source, model
),

longest_tasks as (
    select
        fit_number,
        family_key,
        max(log2_minutes) as log2_minutes
    from {{ horizon_cells }}
    group by fit_number, family_key
),

ranked_families as (
    select
        fit_number,
        log2_minutes,
        row_number() over (
            partition by fit_number
            order by log2_minutes desc, family_key asc
        ) as family_rank
    from longest_tasks
),

-- If p50 were shorter, each of these families' longest tasks would succeed with
-- a probability of at most one half, so all of them with less than 2.5 %.
lower_bounds as (
    select
        fit_number,
        log2_minutes as log2_lower_bound
    from ranked_families
    where family_rank = {{ var('horizon_bound_families') }}
),

final as (
    select
        totals.*,
        lower_bounds.log2_lower_bound
    from totals
    left join lower_bounds
        on totals.fit_number = lower_bounds.fit_number
)

select * from final
