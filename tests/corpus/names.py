"""Names that try to be more than names."""

# What YAML 1.1 takes for a number, a time, a truth value or nothing.
MANGLED = (
    *("0123", "0o17", "0x1F", "0b101", "1_000", "1e5", "1e-3", "1.0", "-0", "+1"),
    *("12:30:00", "190:20:30", "2024-01-01", "2001-12-14t21:59:43.10-05:00"),
    *("yes", "no", "on", "off", "y", "n", "true", "False", "NULL", "null", "~"),
    *(".inf", ".NaN", "-.INF", "=", "<", "01", "1.", ".5", "007", "9" * 40),
)

HOSTILE = {
    "sql": "'; drop table raw.files; --",
    "sql_identifier": "\"; attach 'canary.duckdb' as canary; --",
    "jinja": "{{ env_var('PATH') }}{% raw %}",
    "html": "<script>alert(1)</script><img src=x onerror=alert(1)>",
    "svg": "</text><svg onload=alert(1)><!--",
    "shell": "$(touch canary)`touch canary`;touch canary|&&",
    "climbing": "../../../../canary",
    "quotes": 'it\'s "quoted" `twice`',
    "mathtext": "$x_1^{$",
    "format": "%s%n{0}{agent}",
    "leading_underscore": "_nolegend_",
    "leading_dash": "--db=canary",
    "right_to_left": "\u202egnp.\u2066exe\u2069",
    "zero_width": "a\u200bb\u200d\ufeffc",
    "combining": "z\u0301\u0302\u0303" * 5,
    "astral": "💥𝔸\U0010ffff",
    "spaces": " two  spaces ",
    "backslash": "C:\\new\\table",
    "comma": "a,b;c\td",
    "hash": "a #b: c",
    "long": "n" * 200,
}
# These cannot be in YAML or a file name as they are.
CONTROL = {
    "newline": "one\ntwo\r\nthree",
    "terminal": "\x1b]0;canary\x07\x1b[2J\x1b[31mred",
    "line_separator": "a\u2028b\u2029c\x85d",
    "delete": "a\x7fb\x08c",
}


def quoted(name: str) -> str:
    """Return a name as a double-quoted scalar of YAML, whatever it holds."""
    plain = {chr(code) for code in range(32, 127)} - {'"', "\\"}
    inside = (each if each in plain else f"\\U{ord(each):08x}" for each in name)
    return '"' + "".join(inside) + '"'
