"""The user's key for signing seals: Ed25519, in the configuration folder, readable by its owner alone.

Needs the extra `sign`.
"""

from __future__ import annotations

import base64
import hashlib
import os
from pathlib import Path
from typing import TYPE_CHECKING

from reviewer.errors import NotFound, Refused, ReviewerError
from reviewer.store.seal import Signature

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

KEY_BYTES = 32


def key_path() -> Path:
    """Return where the user's key is, whether there is one or not."""
    from platformdirs import user_config_path

    return user_config_path("reviewer", appauthor=False) / "signing_key.pem"


def require() -> None:
    """Tell early that nothing can be signed.

    Raises:
        ReviewerError: cryptography is not installed; the text names the extra that brings it.
    """
    try:
        import cryptography.hazmat.primitives.asymmetric.ed25519  # noqa: F401
    except ImportError:
        raise ReviewerError(
            "signing needs cryptography, which is not installed; expected the extra sign: pip install"
            " 'reviewer[sign]', or -e '.[sign]' in a clone"
        ) from None


def make_key() -> str:
    """Make the user's key and return its public half.

    Raises:
        Refused: there is one already.
        ReviewerError: it cannot be written, or cryptography is not installed.
    """
    require()
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

    path, key = key_path(), Ed25519PrivateKey.generate()
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise Refused(f"{path}: a key is there already, and is not replaced; move it away to make another") from None
    except OSError as error:
        raise ReviewerError(f"{path}: cannot be written: {error.strerror}") from None
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    except OSError as error:
        path.unlink(missing_ok=True)
        raise ReviewerError(f"{path}: cannot be written: {error.strerror}") from None
    return _public(key)


def public_key() -> str:
    """Return the public half of the user's key.

    Raises:
        NotFound: there is no key.
        ReviewerError: it cannot be read, or cryptography is not installed.
    """
    if not key_path().exists():
        raise NotFound(f"{key_path()}: no key is there; one is made by: reviewer key new")
    return _public(_loaded())


def signed(seal_hash: str) -> Signature | None:
    """Return the user's signature under a seal's hash, None where the user has no key.

    Raises:
        ReviewerError: the key cannot be read, or cryptography is not installed.
    """
    if not key_path().exists():
        return None
    key = _loaded()
    return Signature(_public(key), base64.b64encode(key.sign(_message(seal_hash))).decode())


def is_signed(signature: Signature, seal_hash: str) -> bool:
    """Tell whether the signature is that of its key under the hash.

    Raises:
        ReviewerError: cryptography is not installed.
    """
    require()
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    try:
        key = Ed25519PublicKey.from_public_bytes(base64.b64decode(signature.key, validate=True))
        key.verify(base64.b64decode(signature.signature, validate=True), _message(seal_hash))
    except (InvalidSignature, ValueError):
        return False
    return True


def fingerprint(public: str) -> str:
    """Return what two people compare of a public key: 16 hexadecimal digits of its SHA-256, in fours.

    Raises:
        ValueError: `public` is no key as `reviewer key show` prints it.
    """
    raw = base64.b64decode(public, validate=True)
    if len(raw) != KEY_BYTES:
        raise ValueError(public)
    digits = hashlib.sha256(raw).hexdigest()[:16]
    return " ".join(digits[place : place + 4] for place in range(0, len(digits), 4))


def _message(seal_hash: str) -> bytes:
    return f"reviewer seal {seal_hash}".encode()


def _loaded() -> Ed25519PrivateKey:
    require()
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    path = key_path()
    try:
        key = load_pem_private_key(path.read_bytes(), None)
    except OSError as error:
        raise ReviewerError(f"{path}: cannot be read: {error.strerror}") from None
    except (TypeError, ValueError, UnsupportedAlgorithm):
        key = None
    if not isinstance(key, Ed25519PrivateKey):
        raise ReviewerError(f"{path}: no key that `reviewer key new` made; move it away, and make another")
    return key


def _public(key: Ed25519PrivateKey) -> str:
    return base64.b64encode(key.public_key().public_bytes_raw()).decode()
