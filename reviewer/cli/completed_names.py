"""The names that a shell may complete, and where each kind of them is found: definition files, or the database.

A name is offered only if it can be typed as it is: stored names are foreign text, and what a shell inserts is run.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from reviewer.definitions.regular_file import is_regular
from reviewer.errors import ReviewerError
from reviewer.text.visible import visible

if TYPE_CHECKING:
    from pathlib import Path

    from click.shell_completion import CompletionItem

    from reviewer.definitions.rubric import Rubric
    from reviewer.store.engine import Engine

# Of ASCII, what stands for itself in every shell and is not cut by click's scripts, which end a value at a comma.
PLAIN_SIGNS = "_-.@+:=/#%"
LEADING_SIGNS = "_./@"  # the others begin an option, a comment, a job or a command at the front of a word


@dataclass(frozen=True, slots=True)
class TypedLine:
    """What a command line holds before the word that is to be completed, and the `word` as far as it is typed."""

    word: str
    database: str
    study: str | None = None
    rubric: str | None = None
    models_file: Path | None = None


Named = tuple[str, str]  # a name, and what a shell that has room for it shows beside
Names = Callable[[TypedLine], Iterable[Named]]


def candidates(names: Names, line: TypedLine, given: Iterable[str]) -> list[CompletionItem[str]]:
    """Return those of `names` that go on from the word typed and can be typed, without the ones that were `given`."""
    from click.shell_completion import CompletionItem

    left_out = {*given}
    return [
        CompletionItem(name, help=visible(beside, one_line=True) or None)
        for name, beside in names(line)
        if name.startswith(line.word) and name not in left_out and typeable(name)
    ]


def files(word: str) -> list[CompletionItem[str]]:
    """Return what makes the shell complete the name of a file."""
    from click.shell_completion import CompletionItem

    return [CompletionItem(word, type="file")]


def is_path(word: str) -> bool:
    """Tell whether a word, where a definition is named, is the path to a file."""
    return "/" in word or word.startswith(".")


def typeable(name: str) -> bool:
    """Tell whether a shell takes `name` for one word that means itself, and a terminal shows it as it is."""
    if not name or not (name[0].isalnum() or name[0] in LEADING_SIGNS or not name[0].isascii()):
        return False
    if any(sign.isascii() and not sign.isalnum() and sign not in PLAIN_SIGNS for sign in name):
        return False
    return name.isprintable() and visible(name, one_line=True, everything=True) == name


def rubric_names(line: TypedLine) -> Iterator[Named]:
    """Yield the rubrics that have a file, with their titles."""
    return _defined("rubrics", "title", line)


def suite_names(line: TypedLine) -> Iterator[Named]:
    """Yield the suites that have a file, with their titles."""
    return _defined("suites", "title", line)


def grader_names(line: TypedLine) -> Iterator[Named]:
    """Yield the graders that have a file, with their titles."""
    return _defined("graders", "title", line)


def profile_names(line: TypedLine) -> Iterator[Named]:
    """Yield the profiles that have a file, with the rubrics that their labels answer."""
    return _defined("profiles", "rubric", line)


def _defined(kind: str, beside: str, line: TypedLine) -> Iterator[Named]:
    from reviewer.definitions.lookup import folders, known
    from reviewer.definitions.toml_table import read_toml

    for name, path in known(folders(kind)).items():
        if name.startswith(line.word) and is_regular(path):  # no pipe, which could be waited for without end
            text = ""
            with suppress(ReviewerError):  # the command says what is wrong with a file; its name stays one
                text = read_toml(path).line(beside, "")
            yield name, text


def model_names(line: TypedLine) -> Iterator[Named]:
    """Yield the configurations of the models files, with provider and model."""
    from reviewer.definitions.lookup import model_files
    from reviewer.definitions.model_config import read_setups

    there = [path for path in model_files(line.models_file) if is_regular(path)]
    setups = {name: setup for path in reversed(there) for name, setup in read_setups(path).items()}
    for name in sorted(setups):
        yield name, f"{setups[name].provider} {setups[name].model}"


def rate_names(line: TypedLine) -> Iterator[Named]:
    """Yield the rates of the rubric that was typed."""
    rubric = _typed_rubric(line)
    for rate in () if rubric is None else rubric.rates:
        yield rate.id, f"worse: {rate.worse}"


def format_names(_: TypedLine) -> Iterator[Named]:
    """Yield the formats of tables."""
    from reviewer.formats.tables.registry import TABLE_FORMATS

    return ((one.name, "") for one in TABLE_FORMATS)


def study_names(line: TypedLine) -> Iterator[Named]:
    """Yield the studies, with their rubric and state."""
    from reviewer.store import studies

    with _stored(line) as engine:
        for study in studies.every(engine):
            yield study.name, f"{study.rubric.id}, {'open' if study.open else 'closed'}"


def question_names(line: TypedLine) -> Iterator[Named]:
    """Yield the questions of the study that was typed, with their text."""
    from reviewer.store import studies

    with _stored(line) as engine:
        study = None if line.study is None else studies.find(engine, line.study)
        for question in () if study is None else study.rubric.questions:
            yield question.id, question.text


def rater_names(line: TypedLine) -> Iterator[Named]:
    """Yield every rater, with the kind."""
    from reviewer.store import raters

    with _stored(line) as engine:
        for name, kind in raters.kinds(engine).items():
            yield name, kind.value


def person_names(line: TypedLine) -> Iterator[Named]:
    """Yield the raters that are people."""
    from reviewer.model import RaterKind

    return ((name, "") for name, kind in rater_names(line) if kind == RaterKind.HUMAN)


def graded_by(line: TypedLine) -> Iterator[Named]:
    """Yield the graders with verdicts under the rubric typed, or the study's, with their kind; without these all."""
    from reviewer.model import RaterKind
    from reviewer.store import raters, studies, verdicts

    with _stored(line) as engine:
        study = None if line.study is None else studies.find(engine, line.study)
        rubric = _typed_rubric(line) if study is None else study.rubric
        if rubric is not None:
            yield from verdicts.graders(engine, rubric.hash)
        else:
            yield from ((name, kind) for name, kind in raters.kinds(engine).items() if kind is not RaterKind.HUMAN)


def configuration_names(line: TypedLine) -> Iterator[Named]:
    """Yield the configurations that responses are stored of, with their lab."""
    from reviewer.store import responses

    with _stored(line) as engine:
        for name, lab in responses.labs(engine).items():
            yield name, lab or ""


def lab_names(line: TypedLine) -> Iterator[Named]:
    """Yield the labs of the stored configurations."""
    return ((lab, "") for lab in sorted({lab for _, lab in configuration_names(line)}))


def stored_suite_names(line: TypedLine) -> Iterator[Named]:
    """Yield the suites that are stored, with their titles."""
    from reviewer.store import responses

    with _stored(line) as engine:
        yield from responses.suite_titles(engine).items()


def seal_hashes(line: TypedLine) -> Iterator[Named]:
    """Yield the hashes of the seals that the log notes, with when they were taken and by whom."""
    from reviewer.store import acts

    with _stored(line) as engine:
        for act in acts.of_kind(engine, acts.ActKind.SEALED):
            yield act.subject or "", f"{act.done_at[:10]} {act.actor.name}"


def _stored(line: TypedLine) -> closing[Engine]:
    from pathlib import Path

    from reviewer.store.sqlite import open_as_it_is

    return closing(open_as_it_is(str(Path(line.database).expanduser())))


def _typed_rubric(line: TypedLine) -> Rubric | None:
    from reviewer.definitions.lookup import folders
    from reviewer.definitions.rubric import find_rubric

    return None if line.rubric is None else find_rubric(line.rubric, folders("rubrics"))
