{#- At most one row of each subject is its headline; exactly one where `is_each`. -#}
{% test one_headline(model, subject, is_each=true) %}
select
    {{ subject | join(', ') }},
    count(*) filter (where is_headline) as headline_count
from {{ model }}
group by {{ subject | join(', ') }}
having count(*) filter (where is_headline) {{ '<> 1' if is_each else '> 1' }}
{% endtest %}
