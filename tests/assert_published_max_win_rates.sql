-- Win rates by the best accuracy, over whatever a model ran. As published the
-- run seeact_claude-3-7-sonnet-20250219_thinking_high_4096 counts for the model
-- without thinking; counted correctly, claude-3-7-sonnet high falls from .709
-- to .645 and o3 leads.
with

figures (
    model, published_wins, published_comparisons, wins, comparisons
) as (
    values
    ('claude-3-7-sonnet-2025-02-19 high', 39, 55, 40, 62),
    ('o3-2025-04-16', 43, 67, 44, 68),
    ('o4-mini-2025-04-16 high', 49, 79, 50, 80),
    ('claude-3-7-sonnet-2025-02-19', 47, 79, 48, 80),
    ('gpt-4.1-2025-04-14', 46, 79, 47, 80),
    ('o4-mini-2025-04-16 low', 42, 79, 43, 80),
    ('deepseek-ai/DeepSeek-V3', 30, 79, 31, 80),
    ('gemini-2.0-flash', 10, 66, 10, 66),
    ('deepseek-ai/DeepSeek-R1', 10, 73, 10, 74)
)

select
    figures.model,
    model_win_rates.wins,
    model_win_rates.comparisons
from figures
left join {{ ref('model_win_rates') }} as model_win_rates
    on
        figures.model = model_win_rates.model
        and model_win_rates.source = 'hal'
        and model_win_rates.repeats = 'best'
        and model_win_rates.basis = 'max_accuracy'
        and model_win_rates.coverage = 'all'
where
    {{ published_data_is_loaded('hal_traces') }}
    and (
        model_win_rates.wins = case
            when {{ var('apply_corrections') }} then figures.wins
            else figures.published_wins
        end
        and model_win_rates.comparisons = case
            when {{ var('apply_corrections') }} then figures.comparisons
            else figures.published_comparisons
        end
    ) is not true
