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
    """Make a key, in your configuration folder; one that is there is never replaced."""
    public = signing_key.make_key()
    say(f"{signing_key.key_path()}: made; `reviewer seal` signs with it. Keep it to yourself")
    _say_public(public)


@key_group.command("show")
@json_option
def show_command(*, as_json: bool) -> None:
    """Print the public half of your key, for those who check your seals, and its fingerprint."""
    public = signing_key.public_key()
    if as_json:
        say_json({"key": public, "fingerprint": signing_key.fingerprint(public)})
    else:
        _say_public(public)


def _say_public(public: str) -> None:
    say(f"public key   {public}\nfingerprint  {signing_key.fingerprint(public)}")
