-- Grain: one row per success rule, source, basis and model with an opponent.
-- Two models are comparable if each has wins against the other, directly or
-- through others: only among such models does Bradley-Terry have a finite
-- answer.
with recursive

rating_models as (
    select * from {{ ref('int_rating_models') }}
),

comparisons as (
    select * from {{ ref('int_rating_comparisons') }}
),

pairs as (
    select
        model_number,
        opponent_number,
        cast(sum(comparison_count) as bigint) as comparison_count,
        sum(wins) as wins
    from comparisons
    group by model_number, opponent_number
),

both_ways as (
    select
        model_number,
        opponent_number,
        comparison_count,
        wins
    from pairs
    union all
    select
        opponent_number as model_number,
        model_number as opponent_number,
        comparison_count,
        comparison_count - wins as wins
    from pairs
),

-- Two models with wins against each other are comparable. Most pairs are of
-- this kind and cheap to follow: each model takes the lowest root of those it
-- is paired with, until no root changes.
{{ kept_first('mutual_pairs') }}
    select
        model_number,
        opponent_number
    from both_ways
    where wins > 0 and wins < comparison_count
{{ steps_end() }},

{{ steps_first('root_steps') }}
    select
        model_number,
        model_number as root,
        0 as step,
        true as is_open
    from rating_models
    {{ steps_next() }}
    select
        model_number,
        root,
        step,
        max(case when root < old_root then 1 else 0 end) over () = 1
            as is_open
    from (
        select
            own.model_number,
            own.root as old_root,
            least(own.root, min(opponent.root)) as root,
            own.step + 1 as step
        from root_steps as own
        inner join mutual_pairs
            on own.model_number = mutual_pairs.model_number
        inner join root_steps as opponent
            on mutual_pairs.opponent_number = opponent.model_number
        where own.is_open
        group by own.model_number, own.root, own.step
    ) as next_roots
{{ steps_end() }},

roots as (
    select
        model_number,
        min(root) as root
    from root_steps
    group by model_number
),

-- Between roots every path is followed: at worst cubic in the roots.
{{ kept_first('root_wins') }}
    select distinct
        own.root,
        opponent.root as opponent_root
    from both_ways
    inner join roots as own
        on both_ways.model_number = own.model_number
    inner join roots as opponent
        on both_ways.opponent_number = opponent.model_number
    where
        both_ways.wins > 0
        and own.root <> opponent.root
{{ steps_end() }},

{{ steps_first('paths') }}
    select
        root,
        opponent_root
    from root_wins
    {{ steps_next('union') }}
    select
        paths.root,
        root_wins.opponent_root
    from paths
    inner join root_wins
        on paths.opponent_root = root_wins.root
{{ steps_end() }},

components as (
    select
        paths.root,
        min(paths_back.root) as component_number
    from paths
    inner join paths as paths_back
        on
            paths.root = paths_back.opponent_root
            and paths.opponent_root = paths_back.root
    group by paths.root
),

totals as (
    select
        model_number,
        cast(sum(comparison_count) as bigint) as comparison_count,
        sum(wins) as wins
    from both_ways
    group by model_number
),

members as (
    select
        totals.model_number,
        least(
            roots.root, coalesce(components.component_number, roots.root)
        ) as component_number,
        totals.comparison_count,
        totals.wins
    from totals
    inner join roots
        on totals.model_number = roots.model_number
    left join components
        on roots.root = components.root
),

-- Numbers are in the order of names, so a component has that of its first
-- model.
final as (
    select
        rating_models.success_rule,
        rating_models.source,
        rating_models.basis,
        rating_models.model,
        members.model_number,
        first_models.model as component_id,
        members.component_number,
        count(*) over (partition by members.component_number)
            as member_count,
        members.comparison_count,
        members.wins
    from members
    inner join rating_models
        on members.model_number = rating_models.model_number
    inner join rating_models as first_models
        on members.component_number = first_models.model_number
)

select * from final
