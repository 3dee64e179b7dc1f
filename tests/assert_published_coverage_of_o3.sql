-- o3 is second by win rate over whatever each model ran, and sixth over the six
-- benchmarks that all of them ran. With the SeeAct run counted for the model
-- that ran it, o3 is first, and still sixth.
with

figures (coverage, published_rank, corrected_rank) as (
    values
    ('all', 2, 1),
    ('shared', 6, 6)
)

select
    figures.coverage,
    model_win_rates.rank
from figures
left join {{ ref('model_win_rates') }} as model_win_rates
    on
        figures.coverage = model_win_rates.coverage
        and model_win_rates.source = 'hal'
        and model_win_rates.repeats = 'best'
        and model_win_rates.basis = 'max_accuracy'
        and model_win_rates.model = 'o3-2025-04-16'
where
    {{ published_data_is_loaded('hal_traces') }}
    and (
        model_win_rates.rank = case
            when {{ var('apply_corrections') }} then figures.corrected_rank
            else figures.published_rank
        end
    ) is not true
