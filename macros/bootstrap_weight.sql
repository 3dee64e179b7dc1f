{#- How often the bootstrap replicate `replicate` draws the cluster `key` (two SQL
    expressions): Poisson with mean 1, the limit of drawing with replacement. The weight
    is a hash of the seed and both, so it is the same on every machine and with any
    number of threads, and no rows have to be compared. -#}
{% macro bootstrap_weight(replicate, key) -%}
    {%- set hash = hash_number(
        "concat('" ~ var('bootstrap_seed') ~ ":', " ~ replicate ~ ", ':', " ~ key ~ ")"
    ) -%}
    {#- Upper ends of the weights' ranges within the 2^60 hashes: weight w has the share
        e^-1 / w!. Weights above 12 would have 6e-11 of them. -#}
    {%- set share = namespace(own=0.36787944117144233, up_to=0) -%}
    case
        {%- for weight in range(12) %}
        {%- set share.own = share.own / (weight or 1) %}
        {%- set share.up_to = share.up_to + share.own %}
        when {{ hash }} < {{ (share.up_to * 2 ** 60) | int }} then {{ weight }}
        {%- endfor %}
        else 12
    end
{%- endmacro %}
