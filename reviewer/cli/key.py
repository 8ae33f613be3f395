"""`reviewer key`: the key with which seals are signed."""

from __future__ import annotations

import click

from reviewer.cli import signing_key
from reviewer.cli.options import json_option
from reviewer.cli.terminal import say, say_json


@click.group("key")
def key_group() -> None:
    """Make and show the key that signs your seals."""


@key_group.command("new")
def new_command() -> None:
    """Make a key. One that is there is never replaced.

    It is kept in your configuration folder, readable by you alone.
    """
    public = signing_key.make_key()
    say(f"{signing_key.key_path()}: made; `reviewer seal` signs with it. Keep it to yourself")
    _say_public(public)


@key_group.command("show")
@json_option
def show_command(*, as_json: bool) -> None:
    """Print your public key and its fingerprint.

    Give the key to those who check your seals, and compare the fingerprint with them by another way.
    """
    public = signing_key.public_key()
    if as_json:
        say_json({"key": public, "fingerprint": signing_key.fingerprint(public)})
    else:
        _say_public(public)


def _say_public(public: str) -> None:
    say(f"public key   {public}\nfingerprint  {signing_key.fingerprint(public)}")
