"""The `reviewer` command. Knows the names of all commands and loads only the one that is asked for."""

from __future__ import annotations

import os
import signal
import sys
from importlib import import_module
from typing import TYPE_CHECKING

import click

from reviewer import __version__
from reviewer.cli.options import database_option, database_path, rater_option
from reviewer.cli.parameters import with_checked_parameters
from reviewer.cli.terminal import (
    EndedBySignal,
    OutputFailed,
    complain,
    drop_output,
    flush_output,
    open_closed_streams,
    shortened,
)
from reviewer.errors import ReviewerError

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

# Name -> where it is defined and what `reviewer --help` says of it. Loading every command for its help line alone
# would make `--help` pay for all of them.
COMMANDS = {
    "collect": ("reviewer.cli.collect:collect_command", "Ask models the prompts of suites, and store the answers."),
    "import": ("reviewer.cli.import_table:import_command", "Bring in responses, and labels where the file has them."),
    "plan": ("reviewer.cli.plan:plan_command", "Say how many raters and items a study needs."),
    "study": ("reviewer.cli.study:study_group", "Make, list, show, change and close studies."),
    "rate": ("reviewer.cli.rate:rate_command", "Rate the items of a study, blind."),
    "adjudicate": ("reviewer.cli.adjudicate:adjudicate_command", "Decide the disputes of a study, blind."),
    "labels": ("reviewer.cli.labels:labels_command", "List the labels of a study as stored."),
    "agreement": ("reviewer.cli.agreement:agreement_command", "Measure how far the raters of a study agree."),
    "gold": ("reviewer.cli.gold:gold_command", "List what a study decided, and how."),
    "validate": ("reviewer.cli.validate:validate_command", "Check a grader against gold, and correct rates by it."),
    "export": ("reviewer.cli.export:export_command", "Write gold and labels for other programs."),
    "grade": ("reviewer.cli.grade:grade_command", "Run an automated grader over a study, as one more rater."),
    "report": ("reviewer.cli.report:report_command", "Report rates, raw and corrected, with what bears on them."),
    "rubric": ("reviewer.cli.rubric:rubric_group", "Check a rubric, see it as raters will, and try it out."),
    "suite": ("reviewer.cli.suite:suite_group", "Check a suite, and see its prompts as raters and models will."),
    "grader": ("reviewer.cli.grader:grader_group", "Check a grader: what it is sent, and how replies are read."),
    "response": ("reviewer.cli.response:response_group", "Erase what a stored response says."),
    "verify": ("reviewer.cli.verify:verify_command", "Check that nothing stored was altered, and against a seal."),
    "seal": ("reviewer.cli.seal:seal_command", "Take one hash over everything stored, and note it."),
    "key": ("reviewer.cli.key:key_group", "Make and show the key that signs your seals."),
    "db": ("reviewer.cli.db:db_group", "Make databases."),
    "completion": ("reviewer.cli.completion:completion_command", "Print the script that makes a shell complete words."),
}

# What ends a command and says itself why; no database has to be searched for a cause.
NO_FAULTS = (ReviewerError, click.ClickException, click.Abort, click.exceptions.Exit, OSError, MemoryError)


class LazyGroup(click.Group):
    """A group that imports a command when it is run."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names of all commands, in the order of a study's life."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import and return one command."""
        if cmd_name not in COMMANDS:
            return None
        module, _, attribute = COMMANDS[cmd_name][0].partition(":")
        command: click.Command = getattr(import_module(module), attribute)
        return with_checked_parameters(command)

    def invoke(self, ctx: click.Context) -> object:
        """Run a command; where it failed on a damaged database, raise what says so.

        Raises:
            StoreError: the database is damaged.
        """
        try:
            return super().invoke(ctx)
        except NO_FAULTS:
            raise
        except Exception as error:
            from reviewer.cli.faults import blame_damage

            blame_damage(error, database_path(ctx))
            raise

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem[str]]:
        """Complete the name of a command without importing any, or an option."""
        from click.shell_completion import CompletionItem

        commands = [
            CompletionItem(name, help=summary) for name, (_, summary) in COMMANDS.items() if name.startswith(incomplete)
        ]
        return [*commands, *click.Command.shell_complete(self, ctx, incomplete)]

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the list of commands without importing them."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, summary) for name, (_, summary) in COMMANDS.items()])


@with_checked_parameters
@click.group(cls=LazyGroup, invoke_without_command=True, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="reviewer")
@database_option
@rater_option
@click.pass_context
def cli(ctx: click.Context) -> None:
    """Review and grade model responses, blind and side by side, from one SQLite file.

    Alone, it opens the application on ./reviews.db.
    """
    if ctx.invoked_subcommand is None:
        from reviewer.cli.home import open_home

        open_home(ctx)


def main() -> None:
    """Run the command line. Exit status: 0 done, 1 could not, 2 wrong usage."""
    open_closed_streams()
    for stream in (sys.stdin, sys.stdout, sys.stderr):
        # A terminal that cannot show a character gets an escape, not a traceback; so do bytes that are no text.
        getattr(stream, "reconfigure", lambda **_: None)(errors="backslashreplace")
    if os.environ.get("_REVIEWER_COMPLETE"):
        from reviewer.cli.completion import answer_tab

        answer_tab(cli)
        sys.exit(0)
    sys.exit(_status())


def _status() -> int:
    """Run the command that was typed, say what went wrong, and return the exit status."""
    try:
        status = cli(standalone_mode=False)
        flush_output()
    except click.ClickException as error:
        usage = error.ctx.get_usage() + "\n" if isinstance(error, click.UsageError) and error.ctx else ""
        complain(usage + shortened(error.format_message()))
        return error.exit_code
    except OutputFailed as error:
        drop_output()
        complain(str(error))
    except ReviewerError as error:
        complain(shortened(str(error)))
    except (click.Abort, KeyboardInterrupt):
        complain("interrupted")
    except EndedBySignal as ended:
        signal.signal(ended.number, signal.SIG_DFL)
        os.kill(os.getpid(), ended.number)
    except BrokenPipeError:
        # The reader of our output went away, as `| head` does.
        drop_output()
    except Exception as error:  # the last handler: no traceback reaches a user
        _tell_failure(error)
    else:
        return status if isinstance(status, int) else 0
    return 1


def _tell_failure(error: Exception) -> None:
    """Say what failed: a help page that could not be printed, or a fault of the program."""
    from reviewer.cli.faults import raised_in, report_fault

    if isinstance(error, OSError) and raised_in(error) == "click.utils":  # where click itself prints
        drop_output()
        complain(f"stdout: cannot be written: {error.strerror}")
    else:
        report_fault(error)
