-- Grain: one row per comparable model whose strength converged: its standard
-- error by the jackknife over clusters. Leaving out a cluster moves the
-- strengths, to first order, by the inverse of the remaining information times
-- the cluster's score. The cluster is assumed to have the same share of every
-- model's information, so that one matrix serves all clusters.
{%- set width = rating_block_width() | int %}
with recursive

systems as (
    select * from {{ ref('int_rating_systems') }}
),

matches as (
    select * from {{ ref('int_rating_matches') }}
    where replicate = 0
),

fits as (
    select * from {{ ref('int_rating_fits') }}
    where replicate = 0
),

models as (
    select distinct
        model_number,
        information
    from systems
),

-- Scaled so that every model has information 1.
{{ kept_first('links') }}
    select
        fits.model_number,
        opponents.model_number as opponent_number,
        matches.match_count
        * exp(-abs(fits.strength - opponents.strength))
        / power(1 + exp(-abs(fits.strength - opponents.strength)), 2)
        / sqrt(models.information * opponent_models.information) as weight
    from matches
    inner join fits
        on matches.model_number = fits.model_number
    inner join fits as opponents
        on matches.opponent_number = opponents.model_number
    inner join models
        on matches.model_number = models.model_number
    inner join models as opponent_models
        on matches.opponent_number = opponent_models.model_number
{{ steps_end() }},

{{ steps_first('solution_steps') }}
    select
        component_number,
        block_number,
        model_number,
        0 as step,
        false as has_converged,
        {{ numbered_columns('0e0 as x_#, b_# as r_#, b_# as p_#', width) }}
    from systems
    {{ steps_next() }}
    select * from (
        {{ conjugate_gradient_step(
            'solution_steps', width, var('rating_steps')
        ) | indent(8) }}
    ) as next_steps
{{ steps_end() }},

moves as (
    select
        solution_steps.component_number,
        solution_steps.block_number,
        solution_steps.model_number,
        systems.cluster_count,
        count(*) over (
            partition by
                solution_steps.component_number,
                solution_steps.block_number
        ) as member_count,
        {{ numbered_columns(
            'solution_steps.x_# / sqrt(systems.information_share) as move_#',
            width
        ) }}
    from solution_steps
    inner join systems
        on
            solution_steps.model_number = systems.model_number
            and solution_steps.block_number = systems.block_number
    where solution_steps.has_converged
),

-- Strengths have mean 0 in a component, and so do their changes.
centred as (
    select
        model_number,
        cluster_count,
        {{ numbered_columns(
            'power(move_# - cast(sum(cast(move_# as decimal(38, 18))) over ('
            ~ 'partition by component_number, block_number) as double)'
            ~ ' / member_count, 2) as square_#', width
        ) }}
    from moves
),

summed as (
    select
        *,
        cast(
            sum(
                cast(
                    {{ numbered_columns('square_#', width, ' +') | indent(20) }}
                    as decimal(38, 18)
                )
            ) over (partition by model_number) as double
        ) as square_sum
    from centred
),

variances as (
    select
        model_number,
        cluster_count,
        square_sum,
        {{ exact_sum(
            numbered_columns(
                'power(square_# / nullif(square_sum, 0), 2)', width, ' +'
            ), 18
        ) }} as share_squares
    from summed
    group by model_number, cluster_count, square_sum
),

final as (
    select
        model_number,
        cluster_count,
        {{ jackknife_degrees_of_freedom('cluster_count', 'share_squares') }}
            as degrees_of_freedom,
        -- Further digits depend on the solver.
        round(
            sqrt((cluster_count - 1e0) / cluster_count * square_sum), 12
        ) as se
    from variances
)

select * from final
