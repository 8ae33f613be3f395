"""An option that takes one value refuses a second one that differs; click itself would silently take the last."""

from __future__ import annotations

from collections.abc import Mapping
from copy import copy
from typing import TYPE_CHECKING, Any, TypeVar

import click

Command = TypeVar("Command", bound=click.Command)

if TYPE_CHECKING:
    from click.parser import _OptionParser

# Why there can be only one, where that may be surprising.
REASONS = {"--rubric": "a study has one rubric"}


class SingleOption(click.Option):
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


def with_single_options(command: Command) -> Command:
    """Return `command`, in which, and in those below it, every option of one value is a `SingleOption`."""
    command.params = [_single(parameter) for parameter in command.params]
    if isinstance(command, click.Group):
        for below in command.commands.values():
            with_single_options(below)
    return command


def _single(parameter: click.Parameter) -> click.Parameter:
    if type(parameter) is not click.Option or parameter.multiple or parameter.is_flag or parameter.count:
        return parameter
    single = copy(parameter)
    single.__class__ = SingleOption
    return single
