from __future__ import annotations

import base64
import codecs
from collections.abc import Sequence
from itertools import zip_longest

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reviewer.text.decoding import DecodedPart, Encoding, findings

SECRET = "the password is hunter2"
BEFORE, AFTER = "He went on to say: ", " and then he left the room."
PROSE = "It was a fine day, and nobody could have known what would happen when the people came back from work. "
ANY_TEXT = st.text(st.characters(exclude_categories=()))


def bits(text: str, zero: str = "\u200b", one: str = "\u200c", size: int = 8, pause: str = "") -> str:
    letters = [format(ord(character), f"0{size}b") for character in text]
    return pause.join(letters).replace("0", zero).replace("1", one)


def selectors(text: str) -> str:
    return "".join(chr(0xFE00 + byte if byte < 16 else 0xE0100 + byte - 16) for byte in text.encode())


@pytest.mark.parametrize(
    ("hidden", "kind", "decoded"),
    [
        (base64.b64encode(SECRET.encode()).decode(), Encoding.BASE64, SECRET),
        (base64.b64encode(SECRET.encode()).decode().rstrip("="), Encoding.BASE64, SECRET),
        ("aHVudGVyMg==", Encoding.BASE64, "hunter2"),
        (base64.urlsafe_b64encode("sûr¿ voilà ÿÿ".encode()).decode(), Encoding.BASE64, "sûr¿ voilà ÿÿ"),
        (base64.b64encode("Пароль такой".encode()).decode(), Encoding.BASE64, "Пароль такой"),
        ("eyJhbGciOiJIUzI1NiJ9", Encoding.BASE64, '{"alg":"HS256"}'),
        (SECRET.encode().hex(), Encoding.HEX, SECRET),
        ("0x70617373", Encoding.HEX, "pass"),
        ("68 65 6C 6C 6F", Encoding.HEX, "hello"),
        ("68:65:6c:6c:6f", Encoding.HEX, "hello"),
        ("0x68, 0x65, 0x6c, 0x6c, 0x6f", Encoding.HEX, "hello"),
        (r"\x68\x65\x6c\x6c\x6f", Encoding.HEX, "hello"),
        ("736563726574", Encoding.HEX, "secret"),
        (r"\u0068\u0065\u006c\u006c\u006f", Encoding.ESCAPES, "hello"),
        (r"\u{68}\U00000069", Encoding.ESCAPES, "hi"),
        (r"\ud83d\ude00\u0041", Encoding.ESCAPES, "\U0001f600A"),
        (r"\x68\x69", Encoding.ESCAPES, "hi"),
        ("%68%65%6C%6c%6F", Encoding.ESCAPES, "hello"),
        ("%E4%BD%A0%E5%A5%BD", Encoding.ESCAPES, "你好"),
        ("&#104;&#x69;&excl;", Encoding.ESCAPES, "hi!"),
        ("".join(chr(0xE0000 + ord(character)) for character in "ignore rules"), Encoding.ZERO_WIDTH, "ignore rules"),
        (selectors("secret"), Encoding.ZERO_WIDTH, "secret"),
        ("\ufe0f" + selectors("secret"), Encoding.ZERO_WIDTH, "secret"),
        (bits("hunter2"), Encoding.ZERO_WIDTH, "hunter2"),
        (bits("hunter2", zero="\u2060", one="\ufeff"), Encoding.ZERO_WIDTH, "hunter2"),
        (bits("hunter2", zero="\u200d", one="\u200b", size=7), Encoding.ZERO_WIDTH, "hunter2"),
        (bits("hunter2", pause="\u200d"), Encoding.ZERO_WIDTH, "hunter2"),
        ("\u200b", Encoding.ZERO_WIDTH, "1 ZERO WIDTH SPACE"),
        ("\u200b\u2060\u200b", Encoding.ZERO_WIDTH, "2 ZERO WIDTH SPACE, 1 WORD JOINER"),
    ],
    ids=ascii,
)
@pytest.mark.parametrize(("before", "after"), [(BEFORE, AFTER), ("(", ")"), ('code="', '"'), ("", "\n")])
def test_a_hidden_part_is_found_in_its_place(
    hidden: str, kind: Encoding, decoded: str, before: str, after: str
) -> None:
    expected = DecodedPart(kind, len(before), len(before) + len(hidden), decoded)
    assert findings(before + hidden + after) == (expected,)


@pytest.mark.parametrize(
    ("kind", "hide"),
    [(Encoding.ROT13, lambda text: codecs.encode(text, "rot13")), (Encoding.REVERSED, lambda text: text[::-1])],
)
@pytest.mark.parametrize(
    ("before", "after"),
    [("", ""), ("\n ", "\n"), (PROSE + '"', f'" {PROSE}'), (f"{PROSE}\n\n", f"\n\n{PROSE}"), (f"{PROSE}\n", "")],
)
def test_turned_language_is_found(kind: Encoding, hide: object, before: str, after: str) -> None:
    assert callable(hide)
    text = before + hide(SECRET) + after
    assert findings(text) == (DecodedPart(kind, len(before), len(before) + len(SECRET), SECRET),)


def test_a_quoted_word_may_be_turned() -> None:
    assert findings('She wrote "cnffjbeq" on it.') == (DecodedPart(Encoding.ROT13, 11, 19, "password"),)


def test_an_escaped_letter_inside_a_word_is_found() -> None:
    assert findings(r"say h\u0065llo") == (DecodedPart(Encoding.ESCAPES, 5, 11, "e"),)


def test_bits_strewn_over_a_text_are_read_together() -> None:
    text = "".join(a + b for a, b in zip_longest(PROSE, bits("hunter2"), fillvalue=""))
    assert findings(text) == (DecodedPart(Encoding.ZERO_WIDTH, 1, 112, "hunter2"),)


def test_a_code_in_an_address_is_found() -> None:
    code = base64.b64encode(b"hello world again").decode()
    address = "https://example.org/some/path/"
    assert findings(address + code) == (
        DecodedPart(Encoding.BASE64, len(address), len(address + code), "hello world again"),
    )


def test_the_lines_of_a_code_are_one() -> None:
    code = base64.encodebytes((SECRET * 9).encode()).decode().rstrip("\n")
    assert findings(f"{BEFORE}\n{code}\n{AFTER}") == (
        DecodedPart(Encoding.BASE64, len(BEFORE) + 1, len(BEFORE) + 1 + len(code), SECRET * 9),
    )


@pytest.mark.parametrize(
    "text",
    [
        "",
        PROSE * 10,
        "Internationalization, uncharacteristically and counterrevolutionary misunderstandings, NUM-REFERENCES.",
        "See https://example.org/a%20b/reviewer/tui/widgets/text_pane?q=R%26D&lang=en#filefindnextfile for more.",
        "def progress_bar(bar_type: str) -> str:\n    return f'{bar_type!r:>10}' % '%02x%ad' or r'[\\x41-\\x5a]\\d'\n",
        "commit 9d1dcf94b2b6a4f4ae2a64e7b25f3b3d2a5e3c1f, 7dfde0cf, uuid 123e4567-e89b-12d3-a456-426614174000",
        "Call 555 0123 4567 8910 on 20250101 at 16:99:99, card 4111 1111 1111 1111, #ff00ff, 0.6666666666666665",
        "41, 42, 43, 44, 45, 46, 47, 48, 49, 50",
        "VVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVV",
        "AKIAIOSFODNN7EXAMPLE wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
        "Tom &amp; Jerry&nbsp;caf\\u00e9 \\x1b[31m R&D; AT&T",
        "Keep the part in time: emit, trap, peek; bar, ner, fur.",
        "Si su casa es mi casa, lo que no es de el es de ella. Das ist nur ein Satz auf Deutsch.",
        "\ufeffA family \U0001f468\u200d\U0001f469\u200d\U0001f467, a heart \u2764\ufe0f\u200d\U0001f525 \u2764\ufe0f",
        "England \U0001f3f4\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f \u2764\ufe0f",
        "می\u200cخواهم می\u200cروم " * 20,
    ],
    ids=lambda text: ascii(text[:24]),
)
def test_ordinary_text_hides_nothing(text: str) -> None:
    assert findings(text) == ()


def are_within(found: Sequence[DecodedPart], text: str) -> bool:
    return all(0 <= one.start < one.end <= len(text) and one.decoded for one in found)


@given(ANY_TEXT)
def test_every_text_is_read(text: str) -> None:
    assert are_within(findings(text), text)


@given(ANY_TEXT, st.sampled_from(["%", "\\x", "\\u", "&#", ";", "0x", "=", "\n", '"', "\u200b", "\U000e0041"]))
def test_every_text_around_the_signs_of_a_code_is_read(text: str, sign: str) -> None:
    for coded in (sign.join(text), sign + text.replace(" ", sign) + sign):
        assert are_within(findings(coded), coded)


@given(st.text(st.sampled_from("abcdefghijkl mnopqrstuvwxyz"), min_size=16).filter(lambda text: len({*text}) >= 8))
def test_every_long_text_in_base64_and_hex_is_found(text: str) -> None:
    for kind, code in (
        (Encoding.BASE64, base64.b64encode(text.encode()).decode()),
        (Encoding.HEX, "0x" + text.encode().hex()),
    ):
        assert DecodedPart(kind, 2, 2 + len(code), text) in findings(f"> {code} <")
