{#- What holds of every row of a view, a seed or a raw table, all of it in one query. A
    row per rule that is broken, with how many rows break it and one of them. "Never
    null" in the description of a column is a rule without being named here.

    key                     no two rows are alike in these columns, nulls included
    unique                  columns of which each has a value only once
    not_null                columns that are never null though no description says so
    accepted_values         column: the only values that it has
    between                 column: [least, greatest]
    relationships           column: the relation that has its values in a column of
                            the same name
    one_headline            each subject, by these columns, has one headline
    at_most_one_headline    ... or none -#}
{% test rules(
    model,
    key=[],
    unique=[],
    not_null=[],
    accepted_values={},
    between={},
    relationships={},
    one_headline=[],
    at_most_one_headline=[]
) %}
{{- broken_rules(
    relation=model,
    row_rules=row_rules(not_null, accepted_values, between),
    key=key,
    unique=unique,
    relationships=relationships,
    one_headline=one_headline,
    at_most_one_headline=at_most_one_headline
) -}}
{% endtest %}
