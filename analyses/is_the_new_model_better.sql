-- Is the new model really better than the old one?
-- Two agents with the same scaffold on the tasks that both tried: the mean
-- difference, its interval (over tasks; epochs are repeats), and the newer one.
-- One of them is better only if the interval excludes 0. The source's own
-- success rule, capability only.
with

paired_comparisons as (
    select * from {{ ref('paired_comparisons') }}
),

evaluations as (
    select * from {{ ref('evaluations') }}
),

agents as (
    select
        source,
        benchmark,
        agent_label as agent,
        min(scaffold) as scaffold,
        min(evaluated_on) as evaluated_on
    from evaluations
    group by source, benchmark, agent_label
)

select
    paired_comparisons.source || '/' || paired_comparisons.benchmark
        as benchmark,
    paired_comparisons.agent_a,
    paired_comparisons.agent_b,
    case
        when first_agents.evaluated_on < second_agents.evaluated_on then 'b'
        when first_agents.evaluated_on > second_agents.evaluated_on then 'a'
    end as newer,
    paired_comparisons.success_rule,
    paired_comparisons.shared_task_count,
    paired_comparisons.mean_difference as a_minus_b,
    paired_comparisons.ci_low,
    paired_comparisons.ci_high
from paired_comparisons
inner join agents as first_agents
    on
        paired_comparisons.source = first_agents.source
        and paired_comparisons.benchmark = first_agents.benchmark
        and paired_comparisons.agent_a = first_agents.agent
inner join agents as second_agents
    on
        paired_comparisons.source = second_agents.source
        and paired_comparisons.benchmark = second_agents.benchmark
        and paired_comparisons.agent_b = second_agents.agent
where
    case '{{ var('success_rule', 'headline') }}'
        when 'headline' then paired_comparisons.is_headline
        else
            paired_comparisons.success_rule
            = '{{ var('success_rule', 'headline') }}'
    end
    and paired_comparisons.population = '{{ var('population', 'capability') }}'
    and first_agents.scaffold = second_agents.scaffold
order by benchmark, paired_comparisons.agent_a, paired_comparisons.agent_b
