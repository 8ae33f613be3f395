"""`reviewer study`: create, list, show, close; what is taken out of a study is in `study_acts`."""

from __future__ import annotations

from typing import Any

import click

from reviewer.adjudication.outcomes import Overview, overview
from reviewer.cli.completed_names import (
    configuration_names,
    graded_by,
    person_names,
    rate_names,
    rubric_names,
    stored_suite_names,
    study_names,
)
from reviewer.cli.confirmation import confirm_rubric, yes_option
from reviewer.cli.options import (
    actor,
    completed,
    database_option,
    json_option,
    next_command,
    now,
    reading,
    study_argument,
    writing,
)
from reviewer.cli.study_acts import leave_out_command, withdraw_command
from reviewer.cli.terminal import complain, counted, say, say_json, table
from reviewer.model import repeat_of
from reviewer.store import acts, studies
from reviewer.store.omissions import omission_values, omissions
from reviewer.store.studies import Study, StudyDesign
from reviewer.studies.create import CreatedStudy
from reviewer.studies.lead_acts import close_study
from reviewer.studies.unblinding import record_unblinding
from reviewer.study_design.blind_names import BlindNames


@click.group("study", commands=[withdraw_command, leave_out_command])
@database_option
def study_group() -> None:
    """Make, list, show, change and close studies."""


# A paragraph that begins with \b keeps its lines.
SAMPLING_RULES = """\b
Rules of --sample:
  all               every one
  random:N          N of all
  stratified:N      N of each configuration
  tail:PERCENT+N    the worst PERCENT % of each configuration, N others
  disagreement:N+M  N on which graders differ, and M others

A rubric that only compares responses draws prompts with all their responses, of those with two or more: N of all, or
of each set of configurations."""


@study_group.command("create", epilog=SAMPLING_RULES)
@click.argument("name")
@click.option(
    "--rubric",
    required=True,
    metavar="RUBRIC",
    help="A rubric's id, or a path to its file.",
    shell_complete=completed(rubric_names, or_file=True),
)
@click.option(
    "--suite",
    "suites",
    multiple=True,
    metavar="SUITE",
    help="Only responses to this suite's prompts.",
    shell_complete=completed(stored_suite_names),
)
@click.option(
    "--model",
    "models",
    multiple=True,
    metavar="CONFIG",
    help="Only responses of this configuration.",
    shell_complete=completed(configuration_names),
)
@click.option(
    "--from",
    "source",
    metavar="STUDY",
    help="Only responses of another study.",
    shell_complete=completed(study_names),
)
@click.option(
    "--sample",
    default="all",
    show_default=True,
    metavar="RULE",
    help="How responses are drawn; see below.",
)
@click.option(
    "--grader",
    "graders",
    multiple=True,
    metavar="NAME",
    help="Whose verdicts tail and disagreement ask.",
    shell_complete=completed(graded_by),
)
@click.option(
    "--rate",
    metavar="RATE",
    help="The rubric's rate that tail and disagreement go by.",
    shell_complete=completed(rate_names),
)
@click.option("--panes", default=2, show_default=True, metavar="N", help="Responses side by side, 1 to 8.")
@click.option("--overlap", default=2, show_default=True, metavar="N", help="Raters for each item.")
@click.option("--seed", default=0, show_default=True, metavar="N", help="Fixes every random order.")
@click.option(
    "--policy",
    default="majority",
    show_default=True,
    metavar="POLICY",
    help="When labels decide: unanimous, majority[:MARGIN] or within:RANKS.",
)
@click.option(
    "--aids",
    type=click.Choice(["off", "after", "before"]),
    default="off",
    show_default=True,
    help="Show raters where a secret leaks: after they answered, or before. Stored with each label.",
)
@click.option(
    "--assign",
    "assignments",
    multiple=True,
    metavar="RATER[:QUOTA]",
    help="Only these raters may rate, each at most QUOTA items.",
    shell_complete=completed(person_names),
)
@yes_option
@database_option
@click.pass_context
def create(
    ctx: click.Context,
    name: str,
    rubric: str,
    suites: tuple[str, ...],
    models: tuple[str, ...],
    source: str | None,
    sample: str,
    graders: tuple[str, ...],
    rate: str | None,
    panes: int,
    overlap: int,
    seed: int,
    policy: str,
    aids: str,
    assignments: tuple[str, ...],
    *,
    yes: bool,
) -> None:
    """Make a study of stored responses.

    Without --suite, --model and --from it takes every response; --sample draws from them. Where a suite names another
    rubric for its responses, it asks first. --suite, --model, --grader and --assign may be repeated.
    """
    from reviewer.definitions.lookup import folders
    from reviewer.definitions.rubric import find_rubric
    from reviewer.studies.create import StudyPlan, create_study, other_rubrics
    from reviewer.study_design.decision_policy import read_policy

    plan = StudyPlan(
        name,
        StudyDesign(panes, overlap, seed, str(read_policy(policy)), sample, aids, bool(assignments)),
        suites,
        models,
        source,
        [_assignment(text) for text in assignments],
        graders,
        rate,
    )
    found = find_rubric(rubric, folders("rubrics"))
    with reading(ctx) as engine:
        confirm_rubric(found.id, other_rubrics(engine, plan, found), yes=yes)
    with writing(ctx) as engine:
        created = create_study(engine, plan, found, actor(ctx), now())
    _tell_created(created)


def _tell_created(created: CreatedStudy) -> None:
    study, extent, design = created.study, created.extent, created.study.design
    say(
        f"study {study.name}: {counted(extent.responses, 'response')} of"
        f" {counted(extent.configurations, 'configuration')} in {counted(extent.items, 'item')} of up to"
        f" {design.panes}, each for {counted(design.overlap, 'rater')}"
    )
    for unblinded in created.unblinded:
        complain(f"study {unblinded} is open: that this study tells its configurations is recorded")
    if study.design.seed == 0:
        complain("seed 0 was used; --seed N makes another order")
    say(f"Next: {next_command('rate', study.name, '--plain')}")


def _assignment(text: str) -> tuple[str, int | None]:
    rater, colon, quota = text.rpartition(":")
    if not colon:
        return text, None
    if not (rater and quota.isascii() and quota.isdigit() and int(quota)):
        raise click.BadParameter(
            f"{text}: expected RATER or RATER:QUOTA with a quota of 1 or more", param_hint="--assign"
        )
    return rater, int(quota)


@study_group.command("list")
@json_option
@database_option
@click.pass_context
def list_studies(ctx: click.Context, *, as_json: bool) -> None:
    """List the studies."""
    with reading(ctx) as engine:
        views = [overview(engine, study) for study in studies.every(engine)]
    if as_json:
        say_json({"studies": [_listed(view) for view in views]})
    elif not views:
        say(f"No study yet.\nNext: {next_command('study', 'create', 'NAME', '--rubric', 'RUBRIC')}")
    else:
        columns = ("study", "rubric", "state", "units", "labels", "raters")
        table([columns, *([_listed(view)[column] for column in columns] for view in views)], right=frozenset({3, 4, 5}))


def _listed(view: Overview) -> dict[str, object]:
    names = {one.rater for one in view.progress}
    return {
        "study": view.study.name,
        "rubric": view.study.rubric.id,
        "state": _state(view.study),
        "units": view.units,
        "labels": view.labels,
        "raters": sum(repeat_of(one.rater, names) is None for one in view.progress),
    }


def _state(study: Study) -> str:
    return "open" if study.open else "closed"


@study_group.command("show")
@study_argument
@click.option("--unblind", is_flag=True, help="Name the configurations. This is recorded.")
@json_option
@database_option
@click.pass_context
def show(ctx: click.Context, study: str, *, unblind: bool, as_json: bool) -> None:
    """Show the design and the progress of STUDY."""
    with reading(ctx) as engine:
        view = overview(engine, studies.load(engine, study))
        left_out = omissions(engine, study)
    document = _shown(view)
    if left_out:
        blind = view.study.open and not unblind
        document["left_out"] = omission_values(left_out, BlindNames(view.study.secret) if blind else None)
    if view.study.open and not unblind:
        # By which responses were drawn, a rater who knows the seed could tell configurations.
        document["design"]["seed"] = None
    if unblind:
        with writing(ctx) as engine:
            record_unblinding(engine, view.study, actor(ctx), now(), "study show", by_name=True)
            document["configurations"] = [
                {"configuration": configuration, "responses": responses}
                for configuration, responses in studies.configurations(engine, view.study.number)
            ]
            document["unblinded"] = [
                {"who": one.who, "login": one.login, "at": one.at, "shown_by": one.shown_by}
                for one in acts.unblindings(engine, study)
            ]
    if as_json:
        say_json(document)
    else:
        _show_plainly(view, document)


def _shown(view: Overview) -> dict[str, Any]:
    design = view.study.design
    return {
        "study": view.study.name,
        "rubric": view.study.rubric.id,
        "rubric_hash": view.study.rubric.hash,
        "design": {
            "panes": design.panes,
            "overlap": design.overlap,
            "seed": design.seed,
            "policy": design.policy,
            "sample": design.sample,
            "aids": design.aids,
            "assigned": design.assigned,
            "responses": view.extent.responses,
            "items": view.extent.items,
        },
        "state": _state(view.study),
        "full": view.full,
        "units": view.units,
        "progress": [
            {"rater": rater.rater, "kind": rater.kind.value, "items": rater.items, "labels": rater.labels}
            for rater in view.progress
        ],
        "questions": [
            {
                "question": question.question,
                "labels": question.labels,
                "disputes": question.disputes,
                "gold": question.gold,
            }
            for question in view.questions
        ],
    }


def _show_plainly(view: Overview, document: dict[str, Any]) -> None:
    design, rubric = view.study.design, view.study.rubric
    seed = "" if document["design"]["seed"] is None else f"; seed {design.seed}"
    full = view.study.open and view.full
    say(
        f"study {view.study.name}, {_state(view.study)}{' and full' * full},"
        f" rubric {rubric.id} version {rubric.version}\n"
        f"{counted(view.extent.responses, 'response')} of"
        f" {counted(view.extent.configurations, 'configuration')} in"
        f" {counted(view.extent.items, 'item')} of up to {design.panes}; {counted(design.overlap, 'rater')} an item;"
        f" policy {design.policy}; sample {design.sample}{seed}\n"
    )
    table(
        [
            ["rater", "kind", "items", "labels"],
            *([one.rater, one.kind.value, f"{one.items:,}", f"{one.labels:,}"] for one in view.progress),
        ],
        right=frozenset({2, 3}),
    )
    say()
    table(
        [
            ["question", "labels", "disputes", "gold"],
            *([one.question, f"{one.labels:,}", f"{one.disputes:,}", f"{one.gold:,}"] for one in view.questions),
        ],
        right=frozenset({1, 2, 3}),
    )
    for one in document.get("left_out", {}).get("responses", ()):
        say(f"withdrawn: response {one['response'][:12]}, by {one['by']} on {one['at'][:10]}: {one['reason']}")
    for one in document.get("left_out", {}).get("raters", ()):
        say(f"left out: rater {one['rater']}, by {one['by']} on {one['at'][:10]}: {one['reason']}")
    for one in document.get("configurations", ()):
        say(f"{one['configuration']}: {counted(one['responses'], 'response')}")
    if full:
        say(f"\nNext: {next_command('adjudicate', view.study.name)}")
    elif view.study.open:
        say(f"\nNext: {next_command('rate', view.study.name, '--plain')}")


@study_group.command("close")
@study_argument
@database_option
@click.pass_context
def close(ctx: click.Context, study: str) -> None:
    """Close STUDY to rating and extension."""
    with writing(ctx) as engine:
        close_study(engine, studies.load(engine, study), actor(ctx), now())
    say(f"study {study} is closed\nNext: {next_command('labels', study)}")
