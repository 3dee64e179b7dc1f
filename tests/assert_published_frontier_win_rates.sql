-- Win rates by the distance to the cost-accuracy frontier. The study looks a
-- model's distance up without the benchmark, so that the distance on its
-- alphabetically first benchmark is used for all: DeepSeek-V3 .886 instead of
-- .633, gemini-2.0-flash
-- .864 instead of .758, o3 .000 instead of .134. Corrections move one run to
-- another model, and all comparisons of its benchmark with it.
with

figures (
    model,
    published_mistaken_wins,
    published_wins,
    published_comparisons,
    mistaken_wins,
    wins,
    comparisons
) as (
    values
    ('deepseek-ai/DeepSeek-V3', 70, 50, 79, 71, 51, 80),
    ('gemini-2.0-flash', 57, 50, 66, 57, 50, 66),
    ('o4-mini-2025-04-16 low', 59, 49, 79, 60, 50, 80),
    ('claude-3-7-sonnet-2025-02-19 high', 35, 31, 55, 40, 32, 62),
    ('gpt-4.1-2025-04-14', 41, 29, 79, 41, 30, 80),
    ('claude-3-7-sonnet-2025-02-19', 30, 32, 79, 30, 33, 80),
    ('o4-mini-2025-04-16 high', 19, 32, 79, 19, 33, 80),
    ('deepseek-ai/DeepSeek-R1', 8, 13, 73, 8, 13, 74),
    ('o3-2025-04-16', 0, 9, 67, 0, 10, 68)
),

mistaken as (
    select
        model,
        sum(wins) as wins,
        sum(comparisons) as comparisons
    from {{ ref('published_frontier_win_rates') }}
    where source = 'hal'
    group by model
)

select
    figures.model,
    mistaken.wins as mistaken_wins,
    model_win_rates.wins,
    model_win_rates.comparisons
from figures
left join mistaken
    on figures.model = mistaken.model
left join {{ ref('model_win_rates') }} as model_win_rates
    on
        figures.model = model_win_rates.model
        and model_win_rates.source = 'hal'
        and model_win_rates.repeats = 'best'
        and model_win_rates.basis = 'frontier_distance'
        and model_win_rates.coverage = 'all'
where
    {{ published_data_is_loaded('hal_traces') }}
    and (
        mistaken.wins = case
            when {{ var('apply_corrections') }} then figures.mistaken_wins
            else figures.published_mistaken_wins
        end
        and mistaken.comparisons = case
            when {{ var('apply_corrections') }} then figures.comparisons
            else figures.published_comparisons
        end
        and model_win_rates.wins = case
            when {{ var('apply_corrections') }} then figures.wins
            else figures.published_wins
        end
        and model_win_rates.comparisons = case
            when {{ var('apply_corrections') }} then figures.comparisons
            else figures.published_comparisons
        end
    ) is not true
