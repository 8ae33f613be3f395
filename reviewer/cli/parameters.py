"""What every option and argument refuses, whatever command it belongs to.

Two values where one is taken, of which click itself would silently take the last; text that is no text, which no
database stores; an empty path, which would be taken for none; and numbers that are none or have no end.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from copy import copy
from typing import TYPE_CHECKING, Any, TypeVar

import click

Command = TypeVar("Command", bound=click.Command)

if TYPE_CHECKING:
    from click.parser import _OptionParser

# Why there can be only one, where that may be surprising.
REASONS = {"--rubric": "a study has one rubric"}
LARGEST = 2**63 - 1  # what a database stores as a number


class _CheckedParameter(click.Parameter):
    """A parameter whose values can be stored and shown."""

    def type_cast_value(self, ctx: click.Context, value: Any) -> Any:
        """Turn what was typed into a value, or several.

        Raises:
            BadParameter: it is none that any command could use.
        """
        for one in value if isinstance(value, list | tuple) else [value]:
            if isinstance(one, str):
                self._check_text(ctx, one)
        cast = super().type_cast_value(ctx, value)
        for one in cast if isinstance(cast, tuple) else [cast]:
            if isinstance(one, float) and not math.isfinite(one):
                raise click.BadParameter(f"{one} is no number to count with", ctx, self)
            if isinstance(one, int) and abs(one) > LARGEST:
                raise click.BadParameter(f"expected a number from {-LARGEST} to {LARGEST}", ctx, self)
        return cast

    def _check_text(self, ctx: click.Context, text: str) -> None:
        if isinstance(self.type, click.Path):
            if not text:
                raise click.BadParameter("a path cannot be empty", ctx, self)
            return
        try:
            text.encode()
        except UnicodeEncodeError:  # how bytes that are no UTF-8 come from the command line
            raise click.BadParameter(f"{text} is no text in UTF-8", ctx, self) from None


class CheckedArgument(_CheckedParameter, click.Argument):
    """An argument whose values can be stored and shown."""


class CheckedOption(_CheckedParameter, click.Option):
    """An option whose values can be stored and shown."""


class SingleOption(CheckedOption):
    """An option of one value. It may be repeated with the same value."""

    def add_to_parser(self, parser: _OptionParser, ctx: click.Context) -> None:  # noqa: ARG002
        """Have the parser keep every value that is given."""
        parser.add_option(obj=self, opts=self.opts, dest=self.name, action="append", nargs=self.nargs)

    def handle_parse_result(
        self, ctx: click.Context, opts: Mapping[str, Any], args: list[str]
    ) -> tuple[Any, list[str]]:
        """Take the one value there is.

        Raises:
            UsageError: there are several.
        """
        given = opts.get(self.name or "")
        if given:
            first, *others = dict.fromkeys(given)
            if others and not ctx.resilient_parsing:
                name = max(self.opts, key=len)
                why = REASONS.get(name, "it takes one value")
                raise click.UsageError(f"{name} was given as {first} and as {', '.join(others)}; {why}", ctx)
            opts = {**opts, self.name or "": given[-1]}
        return super().handle_parse_result(ctx, opts, args)


def with_checked_parameters(command: Command) -> Command:
    """Return `command`, whose parameters, and those of the commands below it, refuse what none can use."""
    command.params = [_checked(parameter) for parameter in command.params]
    if isinstance(command, click.Group):
        for below in command.commands.values():
            with_checked_parameters(below)
    return command


def _checked(parameter: click.Parameter) -> click.Parameter:
    if type(parameter) is click.Argument:
        return _as(CheckedArgument, parameter)
    if type(parameter) is not click.Option or parameter.is_flag or parameter.count:
        return parameter
    return _as(CheckedOption if parameter.multiple else SingleOption, parameter)


def _as(kind: type[click.Parameter], parameter: click.Parameter) -> click.Parameter:
    """Return the parameter as one of a `kind` that only acts otherwise."""
    found = copy(parameter)
    found.__class__ = kind
    return found
