"""Where the files live that define rubrics, suites and the like, and how a name leads to one.

The one place for the rule "the exact id first, then a path to its file". Knows names of files, not what is in them.
"""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from pathlib import Path

from reviewer.definitions.regular_file import is_regular, is_there, require_regular
from reviewer.errors import NotFound


def folders(kind: str) -> list[Path]:
    """Return the folders that hold definitions of `kind` ("rubrics", "suites" …); an earlier one hides a later one."""
    package = Path(__file__).parents[1]
    shipped = package / "prompts"
    if not shipped.is_dir():  # a source checkout keeps the one copy beside the package; the wheel has it inside
        shipped = package.parent / "prompts"
    return [Path("prompts", kind), shipped / kind]


def model_files(given: Path | None = None) -> list[Path]:
    """Return the models files that are there, the one that counts first; only `given` where a file was named."""
    if given is not None:
        return [given]
    places = [folder.parent / "models.toml" for folder in folders("suites")]
    return [place for place in places if is_regular(place)]


def known(where: Sequence[Path], suffix: str = ".toml") -> dict[str, Path]:
    """Return the ids that have a file in one of the folders `where`, in order, each with the file that counts."""
    files = {path.stem: path for folder in reversed(where) for path in folder.glob("*" + suffix)}
    return dict(sorted(files.items()))


def find_in(where: Sequence[Path], name: str, *, kind: str, suffix: str = ".toml") -> Path:
    """Return the file that `name` means: the id of a file in one of the folders `where`, else a path to a file.

    Raises:
        NotFound: names the ids that exist and the one most like `name`.
    """
    files = known(where, suffix)
    if name in files:
        return files[name]
    if is_regular(name):
        return Path(name)
    if is_there(name):
        require_regular(Path(name))
    near = difflib.get_close_matches(name, files, n=1)
    guess = f" (did you mean {near[0]}?)" if near else ""
    raise NotFound(f"{name}: not one of the {kind} and not a file{guess}; there are: {', '.join(files) or 'none'}")


def find(kind: str, name: str, suffix: str = ".toml") -> Path:
    """Return the file of the definition of `kind` that `name` means; see `find_in`."""
    return find_in(folders(kind), name, kind=kind, suffix=suffix)
