-- Mean cost and latency of a model: over its runs of a benchmark first, then
-- over benchmarks. Corrected are the SeeAct run that thinks with high effort
-- (both claude-3-7-sonnet) and the run of gemini-2.0-flash that was not free.
with

figures (
    model,
    published_mean_cost_usd,
    published_mean_latency_seconds,
    mean_cost_usd,
    mean_latency_seconds
) as (
    values
    (
        'claude-3-7-sonnet-2025-02-19',
        146.905525,
        246.181026,
        154.230254,
        216.962727
    ),
    (
        'claude-3-7-sonnet-2025-02-19 high',
        100.808664,
        243.658048,
        134.146100,
        399.646369
    ),
    ('deepseek-ai/DeepSeek-R1', 81.702247, 280.493528, 81.702247, 280.493528),
    ('deepseek-ai/DeepSeek-V3', 45.874241, 264.828266, 45.874241, 264.828266),
    ('gemini-2.0-flash', 7.569227, 130.172716, 7.647268, 130.172716),
    ('gpt-4.1-2025-04-14', 81.974533, 187.558253, 81.974533, 187.558253),
    ('o3-2025-04-16', 444.185514, 256.930377, 444.185514, 256.930377),
    ('o4-mini-2025-04-16 high', 93.136662, 356.004823, 93.136662, 356.004823),
    ('o4-mini-2025-04-16 low', 65.919799, 228.769956, 65.919799, 228.769956)
)

select
    figures.model,
    model_resource_use.mean_cost_usd,
    model_resource_use.mean_latency_seconds
from figures
left join {{ ref('model_resource_use') }} as model_resource_use
    on
        figures.model = model_resource_use.model
        and model_resource_use.source = 'hal'
where
    {{ published_data_is_loaded('hal_traces') }}
    and (
        round(model_resource_use.mean_cost_usd, 6)
        = case
            when {{ var('apply_corrections') }} then figures.mean_cost_usd
            else figures.published_mean_cost_usd
        end
        and round(model_resource_use.mean_latency_seconds, 6)
        = case
            when {{ var('apply_corrections') }}
                then figures.mean_latency_seconds
            else figures.published_mean_latency_seconds
        end
    ) is not true
