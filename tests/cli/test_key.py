"""The key that signs seals: made once, for its owner alone, and shown by its public half."""

from __future__ import annotations

import base64
import hashlib
import stat
import sys
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, load_pem_private_key

from tests.support.commands import Run

KEY = Path("config", "reviewer", "signing_key.pem")


def test_a_key_is_made_for_its_owner_alone(run: Run, tmp_path: Path) -> None:
    said = run("key", "new").out
    key = tmp_path / KEY
    assert f"{key}: made" in said
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    private = load_pem_private_key(key.read_bytes(), None)
    assert isinstance(private, Ed25519PrivateKey)
    public = private.public_key().public_bytes_raw()
    digits = hashlib.sha256(public).hexdigest()
    shown = {
        "key": base64.b64encode(public).decode(),
        "fingerprint": " ".join(digits[n : n + 4] for n in (0, 4, 8, 12)),
    }
    assert run("key", "show", "--json").json() == shown
    for text in shown.values():
        assert text in said
        assert text in run("key", "show").out


def test_a_key_is_never_replaced(run: Run, tmp_path: Path) -> None:
    run("key", "new")
    before = (tmp_path / KEY).read_bytes()
    assert "a key is there already, and is not replaced" in run("key", "new", expected=1).err
    assert (tmp_path / KEY).read_bytes() == before


def test_without_a_key_it_is_said_how_one_is_made(run: Run) -> None:
    assert "no key is there; one is made by: reviewer key new" in run("key", "show", expected=1).err


def test_a_key_that_cannot_be_written_is_said(run: Run, tmp_path: Path) -> None:
    (tmp_path / "config").write_text("a file where a folder has to be")
    assert "cannot be written" in run("key", "new", expected=1).err


@pytest.mark.parametrize("kind", ["nonsense", "another algorithm"])
def test_what_is_no_key_of_ours_is_said(run: Run, tmp_path: Path, kind: str) -> None:
    (tmp_path / KEY).parent.mkdir(parents=True)
    other = X25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    (tmp_path / KEY).write_bytes(other if kind == "another algorithm" else b"nonsense")
    assert "no key that `reviewer key new` made" in run("key", "show", expected=1).err


def test_a_key_needs_the_extra(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "cryptography.hazmat.primitives.asymmetric.ed25519", None)
    assert "pip install 'reviewer[sign]'" in run("key", "new", expected=1).err
    assert not (tmp_path / KEY).exists()
