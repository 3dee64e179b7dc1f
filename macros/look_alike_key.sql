{#- A key that names which look alike share: without case, separators and zero-width
    characters, and with letters of other scripts replaced by the Latin letters that
    they resemble. The numbers in the name follow, because `task-1-1` and `task-11` do
    not look alike. -#}
{% macro look_alike_key(text) -%}
    {%- set look_alikes = {
        'a': '\u0430\u03b1\u0251\uff41',
        'b': '\u0432\u03b2\uff42',
        'c': '\u0441\u03f2\uff43',
        'd': '\u0501\uff44',
        'e': '\u0435\u03b5\u0451\uff45',
        'f': '\uff46',
        'g': '\u0261\uff47',
        'h': '\u04bb\u043d\uff48',
        'i': '\u0456\u03b9\u0131\uff49',
        'j': '\u0458\uff4a',
        'k': '\u043a\u03ba\uff4b',
        'l': '\u04cf\uff4c',
        'm': '\u043c\u03bc\uff4d',
        'n': '\uff4e',
        'o': '\u043e\u03bf\u0585\uff4f',
        'p': '\u0440\u03c1\uff50',
        'q': '\u051b\uff51',
        'r': '\uff52',
        's': '\u0455\u017f\uff53',
        't': '\u0442\u03c4\uff54',
        'u': '\u03c5\uff55',
        'v': '\u03bd\u0475\uff56',
        'w': '\u051d\uff57',
        'x': '\u0445\u03c7\uff58',
        'y': '\u0443\u04af\uff59',
        'z': '\u03b6\uff5a',
        '0': '\uff10', '1': '\uff11', '2': '\uff12', '3': '\uff13',
        '4': '\uff14', '5': '\uff15', '6': '\uff16', '7': '\uff17',
        '8': '\uff18', '9': '\uff19',
    } %}
    {%- set left_out = ' _.-\u2010\u2011\u2012\u2013\u2014\u2212\uff0d\uff3f\u3000'
        ~ '\u00ad\u200b\u200c\u200d\u200e\u200f\u202a\u202b\u202c\u202d\u202e'
        ~ '\u2060\u2066\u2067\u2068\u2069\u180e\ufe0f\ufeff' %}
    {%- set latin = [] %}
    {%- for letter, others in look_alikes.items() %}
        {%- do latin.append(letter * (others | length)) %}
    {%- endfor %}
    {%- set folded = "translate(lower(" ~ text ~ "), '"
        ~ (look_alikes.values() | join) ~ left_out ~ "', '" ~ (latin | join) ~ "')" %}
    {%- set digits = "translate(lower(" ~ text ~ "), '"
        ~ (look_alikes.values() | join) ~ "', '" ~ (latin | join) ~ "')" %}
    {{ folded }} || '|'
    || {{ replace_pattern(digits, "'[^0-9]+'", "'-'") }}
{%- endmacro %}
