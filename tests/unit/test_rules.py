"""Names of one look are one name, in whichever file they stand."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loaders.contract import rules
from loaders.contract.records import RecordRefused


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("plain", "plain"),
        (" outer\t", "outer"),
        ("two  inside", "two  inside"),
        ("cafe\u0301", "caf\u00e9"),
        ("caf\u00e9", "caf\u00e9"),
        ("dune\u00a07", "dune 7"),
        ("dune\u202f7", "dune 7"),
        ("dune\u20077", "dune 7"),
        ("\u00a0\ufeffdune\u2060 ", "dune"),
        ("\u212b", "\u00c5"),  # the sign of the unit, the letter
        ("a\u200bb", "a\u200bb"),  # looks alike, but is another name
        ("\uff41", "\uff41"),  # wide
        ("\u0430", "\u0430"),  # Cyrillic
    ],
)
def test_a_name_has_one_form(written, expected):
    assert rules.canonical(written) == expected
    assert rules.identifier("it", written) == expected


@pytest.mark.parametrize("written", ["", " ", "\u00a0", "\u200b", "\ufeff \u2060"])
def test_a_name_without_anything_to_see_is_empty(written):
    with pytest.raises(RecordRefused) as refused:
        rules.identifier("it", written)
    assert refused.value.reason_code == "empty_text"


@given(st.text())
def test_the_one_form_is_its_own_and_equal_for_equal_texts(written):
    found = rules.canonical(written)
    assert rules.canonical(found) == found
    for form in ("NFC", "NFD"):
        assert rules.canonical(unicodedata.normalize(form, written)) == found
    assert rules.canonical(f"\u00a0{written} ") == found
