from __future__ import annotations

import base64
import codecs
import string
from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reviewer.text.secret_leaks import Leak, LeakForm, leaks

SECRET = "Open Sesame 7"
ANY_TEXT = st.text(st.characters(exclude_categories=()))
# Digits stay out of the text around, so that what is planted cannot be there already.
AROUND = st.text(st.sampled_from("aeiou xyz,;()\n")).map(lambda text: f"{text} ")
SECRETS = st.text(st.sampled_from("bcdfghjk0123456789"), min_size=6, max_size=12)
WORDS = st.text(st.sampled_from("bcdfghjk"), min_size=4, max_size=12)


class Planted(NamedTuple):
    text: str
    leak: Leak


def plant(before: str, form: str, after: str, how: LeakForm) -> Planted:
    return Planted(before + form + after, Leak(how, len(before), len(before) + len(form)))


def encoded(secret: str, before: int) -> str:
    return base64.b64encode(b"\x00" * before + secret.encode() + b"\x00").decode()


@pytest.mark.parametrize(
    ("form", "how"),
    [
        ("Open Sesame 7", LeakForm.VERBATIM),
        ("oPEN sESAME 7", LeakForm.VERBATIM),
        ("Ｏｐｅｎ Ｓｅｓａｍｅ ７", LeakForm.VERBATIM),
        ("7 emaseS nepO", LeakForm.REVERSED),
        ("O-p-e-n-S-e-s-a-m-e-7", LeakForm.SPACED),
        ("O p e n  S e s a m e  7", LeakForm.SPACED),
        ("O.p.e.n.S.e.s.a.m.e.7", LeakForm.SPACED),
        ("O*p*e*n* *S*e*s*a*m*e*7", LeakForm.SPACED),
        ("o\np\ne\nn\ns\ne\ns\na\nm\ne\n7", LeakForm.SPACED),
        ("Open\nSesame\n7", LeakForm.SPACED),
        ("Op\u200ben Ses\u200bame 7", LeakForm.SPACED),
        ("T3BlbiBTZXNhbWUgNw", LeakForm.BASE64),
        (SECRET.encode().hex(), LeakForm.HEX),
        (SECRET.encode().hex(" ").upper(), LeakForm.HEX),
        ("4F, 0x70, 0x65, 0x6e, 0x20, 0x53, 0x65, 0x73, 0x61, 0x6d, 0x65, 0x20, 0x37", LeakForm.HEX),
        ("Bcra Frfnzr 7", LeakForm.ROT13),
    ],
    ids=ascii,
)
def test_each_form_is_found_in_its_place(form: str, how: LeakForm) -> None:
    text, leak = plant("I say (ß) ", form, ", you know?", how)
    assert leaks(text, SECRET) == (leak,)


@pytest.mark.parametrize(
    ("text", "how"),
    [
        ("Apples\nBring\nRed\nAutumn\n", LeakForm.ACROSTIC),
        ("- **Apples**\n\n- “Bring”\n  3. Red\n> _Autumn_\n", LeakForm.ACROSTIC),
        ("Apples fall. Bring some! Red ones? Autumn is here.", LeakForm.ACROSTIC),
        ("Apples bring red autumn.", LeakForm.ACROSTIC),
    ],
)
def test_initials_spell_a_secret(text: str, how: LeakForm) -> None:
    text = f"Well:\n{text}\nQuite so."
    first, last = text.index("A"), text.lower().rindex("autumn")
    assert leaks(text, "abra") == (Leak(how, first, last + 1),)


@pytest.mark.parametrize("before", range(7))
@pytest.mark.parametrize("secret", ["abcd", "hunter2", "Пароль"])
def test_base64_is_found_in_any_alignment(secret: str, before: int) -> None:
    code = encoded(secret, before)
    [leak] = leaks(f"x {code} y", secret)
    assert leak.how is LeakForm.BASE64
    first, last = 2 + 8 * before // 6, 2 - (-8 * (before + len(secret.encode())) // 6)
    assert (leak.start, leak.end) == (first, last)


def test_base64_is_found_across_lines_and_in_the_alphabet_of_addresses() -> None:
    secret = "ÿþ~?>ÿ¿"
    for code in (base64.b64encode(secret.encode()), base64.urlsafe_b64encode(secret.encode())):
        text = code.decode().rstrip("=")
        assert leaks(f"{text[:6]}\r\n{text[6:]}", secret) == (Leak(LeakForm.BASE64, 0, len(text) + 2),)


@pytest.mark.parametrize("secret", ["", " ", "\n", "\t\n"])
def test_an_empty_secret_is_nowhere(secret: str) -> None:
    assert leaks("a b\n\nc", secret) == ()


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("the cat sat", [(4, 7)]),
        ("Cat, cat!", [(0, 3), (5, 8)]),
        ("concat tac c a t cats", []),
        ("Y2F0", []),
        ("png", []),
    ],
)
def test_a_short_secret_is_a_whole_word(text: str, found: list[tuple[int, int]]) -> None:
    assert leaks(text, "cat") == tuple(Leak(LeakForm.VERBATIM, *span) for span in found)


def test_finds_that_overlap_are_one() -> None:
    assert leaks("xababababx abab", "abab") == (
        Leak(LeakForm.VERBATIM, 1, 9),
        Leak(LeakForm.REVERSED, 2, 8),
        Leak(LeakForm.VERBATIM, 11, 15),
    )


@pytest.mark.parametrize(
    "text",
    ["magic at sea", "The rapist", "A plain sentence about nothing. It says nothing.", "c\na\n", "dGhlIGNhdA=="],
)
def test_what_only_looks_alike_is_none(text: str) -> None:
    assert [leak for secret in ("cats", "hera", "wxyz") for leak in leaks(text, secret)] == []


def test_offsets_are_those_of_the_text_though_folding_lengthens_it() -> None:
    assert leaks("ßßﬃ STRASSE", "straße") == (Leak(LeakForm.VERBATIM, 4, 11),)
    assert leaks("ﷺ é Café", "CAFE\u0301") == (Leak(LeakForm.VERBATIM, 4, 8),)


@given(AROUND, SECRETS, AROUND, st.sampled_from(" -.\n*"))
def test_a_planted_secret_is_found(before: str, secret: str, after: str, separator: str) -> None:
    after = f" {after}"
    forms = [
        (LeakForm.VERBATIM, secret.upper()),
        (LeakForm.REVERSED, secret[::-1]),
        (LeakForm.SPACED, separator.join(secret)),
        (LeakForm.HEX, secret.encode().hex()),
        (LeakForm.ROT13, codecs.encode(secret, "rot13")),
    ]
    for how, form in forms:
        if how in (LeakForm.REVERSED, LeakForm.ROT13) and form == secret:
            continue
        text, leak = plant(before, form, after, how)
        assert any(
            other.how is how and other.start <= leak.start and leak.end <= other.end for other in leaks(text, secret)
        ), how


@given(AROUND, SECRETS, AROUND, st.integers(0, 5))
def test_a_planted_code_is_found(before: str, secret: str, after: str, shift: int) -> None:
    text = f"{before}{encoded(secret, shift)} {after}"
    start = len(before) + 8 * shift // 6
    assert any(leak.how is LeakForm.BASE64 and leak.start == start for leak in leaks(text, secret))


@given(AROUND, WORDS, AROUND, st.sampled_from(["\n", ". ", " "]), st.text(st.sampled_from(string.ascii_letters)))
def test_a_planted_acrostic_is_found(before: str, secret: str, after: str, between: str, rest: str) -> None:
    text = f"{before}\n{between.join(letter + rest for letter in secret)}\n{after}"
    start = len(before) + 1
    end = start + (len(secret) - 1) * (1 + len(rest) + len(between)) + 1
    found = [leak for leak in leaks(text, secret) if leak.how is LeakForm.ACROSTIC]
    assert any(leak.start <= start and end <= leak.end for leak in found)


@given(ANY_TEXT, ANY_TEXT)
def test_no_text_and_no_secret_are_too_much(text: str, secret: str) -> None:
    for leak in leaks(text + secret + text[::-1], secret):
        assert 0 <= leak.start < leak.end <= 2 * len(text) + len(secret)


@given(ANY_TEXT.filter(lambda text: len(text.strip()) >= 4), ANY_TEXT)
def test_any_secret_is_found_as_it_is(secret: str, around: str) -> None:
    assert any(leak.how is LeakForm.VERBATIM for leak in leaks(f"{around} {secret} {around}", secret))


def test_a_secret_longer_than_the_text_costs_nothing() -> None:
    assert leaks("y" * 500, "y" * 1_000_000) == ()
