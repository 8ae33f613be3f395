"""The options of the commands that ask models: which models file, how much at a time, by which service."""

from __future__ import annotations

from pathlib import Path

import click

from reviewer.cli.collect_run import CONCURRENCY

models_file_option = click.option(
    "--models-file",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="The models file, instead of prompts/models.toml.",
)

concurrency_option = click.option(
    "--concurrency",
    default=CONCURRENCY,
    show_default=True,
    metavar="N",
    type=click.IntRange(1),
    help="Requests to a model at a time.",
)

batch_option = click.option(
    "--batch", "in_batches", is_flag=True, help="Hand over to the batch service; the same command fetches."
)
