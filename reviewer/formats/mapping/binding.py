"""Which columns of a table are which FIELDs: what the profile says, then what the names of the columns say."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from reviewer.formats.mapping.cells import WrongCell
from reviewer.formats.mapping.fields import GoldField, LabelField, ProbabilityField, answer_field, is_field, nearest
from reviewer.formats.mapping.profile import Profile
from reviewer.formats.tables.column_names import column_name

Binding = dict[str, tuple[str, ...]]


def bind(profile: Profile, columns: Sequence[str], *, answers: bool, sparse: bool) -> Binding:
    """Return the columns of each FIELD in a table, or a record, that has `columns`.

    Without `answers` labels and gold are left aside. In a `sparse` table, where each record names its own columns, a
    label that is not there is a label that was not given.

    Raises:
        WrongCell: a column is missing.
    """
    binding: Binding = {}
    spelled = _spellings(columns)
    for name, source in profile.columns.items():
        is_answer = _is_answer(name)
        if is_answer and not answers:
            continue
        missing = [column for column in source.names if column_name(column) not in spelled]
        if not missing:
            binding[name] = tuple(spelled[column_name(column)] for column in source.names)
        elif not source.optional and not (is_answer and sparse):
            listed = nearest(missing[0], columns)
            raise WrongCell(f"no column {missing[0]}, which {name} is mapped to", f"one of: {listed}")
    binding |= _by_name(profile, spelled, answers=answers)
    if "rater" in binding and "rater" not in profile.columns and not any(_is_long(name) for name in binding):
        del binding["rater"]
    return binding


def _spellings(columns: Sequence[str]) -> dict[str, str]:
    """Return how each column is spelled in the table, by its name."""
    spelled: dict[str, str] = {}
    for column in columns:
        name = column_name(column)
        if name in spelled:
            raise WrongCell(f'two columns are named "{name}"', "each name once")
        spelled[name] = column
    return spelled


def _by_name(profile: Profile, spelled: Mapping[str, str], *, answers: bool) -> Binding:
    """Return the FIELDs that columns are named as, but for columns and FIELDs of which the profile says otherwise."""
    spoken_for = {column_name(column) for source in profile.columns.values() for column in source.names}
    given = profile.columns.keys() | profile.constants.keys()
    return {
        column: (spelling,)
        for column, spelling in spelled.items()
        if is_field(column)
        and column not in given
        and column not in spoken_for
        and not _excluded(column, given, spelled)
        and (answers or not _is_answer(column))
    }


def _excluded(name: str, given: Collection[str], columns: Collection[str]) -> bool:
    """Tell whether the FIELDs that are `given` leave no room for a column that only happens to be called `name`."""
    match answer_field(name):
        case LabelField(_, rater):
            others = [field for other in given if isinstance(field := answer_field(other), LabelField)]
            return any((other.rater is None) != (rater is None) for other in others)
        case GoldField():
            return False
        case ProbabilityField(question):
            # A column that only says "probability" may be of anything, as of the tokens of the response.
            return question is None
    if name == "messages":
        # A system text goes above a prompt as well as above messages.
        return "prompt" in given or ("system" in given and "prompt" in columns)
    return name == "prompt" and "messages" in given


def _is_answer(name: str) -> bool:
    return name == "rater" or answer_field(name) is not None


def _is_long(name: str) -> bool:
    field = answer_field(name)
    return isinstance(field, LabelField) and field.rater is None
