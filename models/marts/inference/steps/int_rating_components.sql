-- Grain: one row per success rule, source, basis and model that met another.
-- Models are comparable when each took points, directly or over others, from
-- the other: only among such has Bradley-Terry a finite answer. Follows every
-- path, so at worst cubic in the models.
with recursive

comparisons as (
    select * from {{ ref('int_rating_comparisons') }}
),

pairs as (
    select
        success_rule,
        source,
        basis,
        model,
        rival,
        sum(points) as points
    from comparisons
    group by success_rule, source, basis, model, rival
),

reaches as (
    select
        success_rule,
        source,
        basis,
        model,
        rival
    from pairs
    where points > 0
    union
    select
        reaches.success_rule,
        reaches.source,
        reaches.basis,
        reaches.model,
        pairs.rival
    from reaches
    inner join pairs
        on
            reaches.success_rule = pairs.success_rule
            and reaches.source = pairs.source
            and reaches.basis = pairs.basis
            and reaches.rival = pairs.model
            and pairs.points > 0
),

returns as (
    select * from reaches
),

mutual as (
    select
        reaches.success_rule,
        reaches.source,
        reaches.basis,
        reaches.model,
        reaches.rival
    from reaches
    inner join returns
        on
            reaches.success_rule = returns.success_rule
            and reaches.source = returns.source
            and reaches.basis = returns.basis
            and reaches.model = returns.rival
            and reaches.rival = returns.model
),

models as (
    select
        success_rule,
        source,
        basis,
        model,
        sum(points) as points,
        cast(sum(comparison_count) as bigint) as comparison_count
    from comparisons
    group by success_rule, source, basis, model
),

final as (
    select
        models.success_rule,
        models.source,
        models.basis,
        models.model,
        coalesce(
            least(min(mutual.rival), models.model), models.model
        ) as component_id,
        models.points,
        models.comparison_count
    from models
    left join mutual
        on
            models.success_rule = mutual.success_rule
            and models.source = mutual.source
            and models.basis = mutual.basis
            and models.model = mutual.model
    group by
        models.success_rule,
        models.source,
        models.basis,
        models.model,
        models.points,
        models.comparison_count
)

select * from final
