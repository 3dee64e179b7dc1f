{#- How often the bootstrap replicate `replicate` draws the cluster `key` (two
    SQL expressions): Poisson with mean 1, which is what drawing with
    replacement comes to. A hash of the seed and both decides, so every machine
    and thread count draws the same, and no two rows have to be compared. -#}
{% macro bootstrap_weight(replicate, key) -%}
    {%- set hash = hash_number(
        "concat('" ~ var('bootstrap_seed') ~ ":', " ~ replicate ~ ", ':', " ~ key ~ ")"
    ) -%}
    {#- Each weight's share of the 2^60 hashes: e^-1 / weight!. Beyond 12 lie
        6e-11 of them. -#}
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
