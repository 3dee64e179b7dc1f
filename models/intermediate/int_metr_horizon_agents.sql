-- Grain: one row per alias of METR's time-horizon runs: all its runs are one
-- evaluation.
with

runs as (
    select * from {{ ref('stg_metr_horizon__runs') }}
),

horizon_models as (
    select * from {{ ref('metr_horizon_models') }}
),

scaffold_suffixes as (
    select * from {{ ref('metr_scaffold_suffixes') }}
),

run_kinds as (
    select distinct
        source,
        agent,
        is_human,
        model_code,
        scaffold
    from runs
),

agents as (
    select
        run_kinds.source,
        run_kinds.agent,
        run_kinds.is_human,
        count(distinct run_kinds.model_code) as model_code_count,
        min(run_kinds.model_code) as first_model_code,
        max(run_kinds.model_code) as last_model_code,
        count(
            distinct coalesce(scaffold_suffixes.scaffold, run_kinds.scaffold)
        ) as scaffold_count,
        min(coalesce(scaffold_suffixes.scaffold, run_kinds.scaffold))
            as first_scaffold,
        max(coalesce(scaffold_suffixes.scaffold, run_kinds.scaffold))
            as last_scaffold
    from run_kinds
    left join scaffold_suffixes
        on lower(run_kinds.scaffold) = scaffold_suffixes.suffix
    group by run_kinds.source, run_kinds.agent, run_kinds.is_human
),

-- `o3 (Inspect)`: a model and its scaffold, if the brackets name one. Other
-- brackets are part of the model: `Claude 3.5 Sonnet (New)`, `o3 (high)`.
split_names as (
    select
        *,
        case when scaffold_count = 1 then first_scaffold end as scaffold,
        regexp_extract(agent, '^(.*[^ ]) *[(]([^()]*)[)]$', 1) as text_before,
        regexp_extract(agent, '^(.*[^ ]) *[(]([^()]*)[)]$', 2)
            as bracket_text
    from agents
),

suffixed as (
    select
        split_names.*,
        known_names.alias is null
        and not split_names.is_human
        and (
            scaffold_suffixes.suffix is not null
            or lower(split_names.bracket_text) = lower(split_names.scaffold)
        ) as has_suffix,
        coalesce(scaffold_suffixes.scaffold, split_names.bracket_text)
            as scaffold_in_name
    from split_names
    left join horizon_models as known_names
        on split_names.agent = known_names.alias
    left join scaffold_suffixes
        on lower(split_names.bracket_text) = scaffold_suffixes.suffix
),

aliased as (
    select
        *,
        case
            when has_suffix then text_before
            when is_human then 'human'
            else agent
        end as model_alias
    from suffixed
),

final as (
    select
        aliased.source || ':' || aliased.agent as evaluation_id,
        aliased.source,
        aliased.agent,
        case
            when aliased.has_suffix then aliased.scaffold_in_name
            else aliased.scaffold
        end as scaffold,
        aliased.scaffold_count,
        aliased.first_scaffold,
        aliased.last_scaffold,
        aliased.model_code_count,
        aliased.first_model_code,
        aliased.last_model_code,
        -- An unknown alias is kept as it is, so that two unknown aliases are
        -- not one model.
        coalesce(horizon_models.model, aliased.model_alias) as model,
        case
            when aliased.is_human then 'human'
            else 'capability'
        end as population,
        horizon_models.alias as match_rule,
        case
            when horizon_models.alias is null
                then
                    'count for a model of that name; add its name to seeds/'
        end as unmapped_advice
    from aliased
    left join horizon_models
        on aliased.model_alias = horizon_models.alias
)

select * from final
