with cells as (
    select
        source || ': ' || benchmark as data,
        success_rule,
        task_id as task,
        model,
        attempt_count,
        success_count,
        success_rate,
        is_headline
    from task_model_outcomes
    inner join (
        select distinct source, population from task_model_outcomes where is_headline
    ) using (source, population)
),
tasks_placed as (
    select
        data,
        success_rule,
        task,
        row_number() over (
            partition by data, success_rule order by sum(attempt_count) desc, task
        ) as size_place,
        row_number() over (
            partition by data, success_rule
            order by sum(success_count) / sum(attempt_count) desc, task
        ) as task_place
    from cells
    group by data, success_rule, task
),
models_placed as (
    select
        data,
        success_rule,
        model,
        row_number() over (
            partition by data, success_rule
            order by sum(success_count) / sum(attempt_count) desc, model
        ) as model_place
    from cells
    group by data, success_rule, model
)
select
    data,
    success_rule,
    task,
    model,
    attempt_count,
    success_count,
    success_rate,
    task_place,
    model_place,
    is_headline
from cells
inner join tasks_placed using (data, success_rule, task)
inner join models_placed using (data, success_rule, model)
where size_place <= 300
order by data, success_rule, task_place, model_place
limit 60000
