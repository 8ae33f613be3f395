"""The wheel and the source distribution: what they hold, and that the wheel works where nothing else is."""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
import tarfile
import venv
import zipfile
from pathlib import Path

import pytest

import reviewer
from tests.support.folders import PROMPTS, ROOT

# What is beside the package in the source distribution, so that its tests pass and its pages can be built.
BESIDE = ("benchmarks", "docs", "prompts", "scripts", "tests")
FILES = (
    ".ci/run",
    "CHANGELOG.md",
    "CONTRIBUTING.md",
    "LICENSE",
    "Makefile",
    "README.md",
    "constraints.txt",
    "reviews.db",
)


def built(kind: str, folder: Path) -> Path:
    """Build the wheel or the source distribution of this tree in `folder`, and return its path."""
    command = [sys.executable, "-m", "hatchling", "build", "--target", kind, "--directory", str(folder)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True)
    [path] = folder.iterdir()
    return path


def files_of(folder: Path) -> set[str]:
    """Return the files of a folder of this tree but for what a run leaves behind."""
    return {
        path.relative_to(ROOT).as_posix()
        for path in folder.rglob("*")
        if path.is_file() and not {"__pycache__", "work", ".hypothesis"} & set(path.parts)
    }


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return built("wheel", tmp_path_factory.mktemp("wheel"))


@pytest.fixture(scope="module")
def in_wheel(wheel: Path) -> dict[str, int]:
    """The files of the wheel, each with its size."""
    with zipfile.ZipFile(wheel) as packed:
        return {one.filename: one.file_size for one in packed.infolist()}


@pytest.fixture(scope="module")
def in_sdist(tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    with tarfile.open(built("sdist", tmp_path_factory.mktemp("sdist"))) as packed:
        return {name.partition("/")[2] for name in packed.getnames()}


def test_the_wheel_carries_every_prompt(in_wheel: dict[str, int]) -> None:
    assert {f"reviewer/{name}" for name in files_of(PROMPTS)} <= in_wheel.keys()


def test_the_wheel_carries_the_starter_database_in_at_most_two_megabytes(in_wheel: dict[str, int]) -> None:
    assert 0 < in_wheel["reviewer/store/starter.db.gz"] <= 2_000_000


@pytest.mark.parametrize("name", ["reviewer/py.typed", f"reviewer-{reviewer.__version__}.dist-info/licenses/LICENSE"])
def test_the_wheel_carries_its_licence_and_says_that_it_is_typed(in_wheel: dict[str, int], name: str) -> None:
    assert name in in_wheel


def test_the_wheel_puts_nothing_beside_the_package(in_wheel: dict[str, int]) -> None:
    named = f"reviewer-{reviewer.__version__}"
    assert {name.partition("/")[0] for name in in_wheel} <= {"reviewer", f"{named}.dist-info", f"{named}.data"}


@pytest.mark.parametrize("folder", BESIDE)
def test_the_source_distribution_holds_the_whole_folder(in_sdist: set[str], folder: str) -> None:
    assert files_of(ROOT / folder) <= in_sdist


@pytest.mark.parametrize("name", FILES)
def test_the_source_distribution_holds_the_file(in_sdist: set[str], name: str) -> None:
    assert name in in_sdist


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The Python of an environment that has the wheel, and the packages that it needs, but not this tree."""
    folder = tmp_path_factory.mktemp("environment")
    venv.create(folder, symlinks=True)
    packages = Path(sysconfig.get_path("purelib", vars={"base": str(folder), "platbase": str(folder)}))
    with zipfile.ZipFile(wheel) as packed:
        packed.extractall(packages)
    (packages / "needed.pth").write_text(sysconfig.get_path("purelib") + "\n", encoding="utf-8")
    return folder / "bin" / "python"


def run(python: Path, folder: Path, *arguments: str) -> str:
    """Run a command of the installed wheel in `folder`, and return what it prints."""
    environment = {name: value for name, value in os.environ.items() if name not in ("REVIEWER_DB", "PYTHONPATH")}
    command = [str(python), "-m", "reviewer", *arguments]
    return subprocess.run(command, cwd=folder, env=environment, check=True, capture_output=True, text=True).stdout


def test_the_wheel_runs_from_where_it_is_installed(installed: Path, tmp_path: Path) -> None:
    where = subprocess.run(
        [installed, "-c", "import reviewer; print(reviewer.__file__)"], cwd=tmp_path, capture_output=True, text=True
    ).stdout
    assert where.startswith(str(installed.parents[1]))


def test_the_wheel_makes_a_starter_database_whose_items_can_be_rated(installed: Path, tmp_path: Path) -> None:
    run(installed, tmp_path, "db", "new", "--starter")
    rated = subprocess.run(
        [installed, "-m", "reviewer", "rate", "refusal", "--plain", "--rater", "r1"],
        cwd=tmp_path,
        input="help\n",
        check=True,
        capture_output=True,
        text=True,
    )
    assert "item 1 of 44" in rated.stdout.lower()


def test_the_wheel_finds_its_suites_and_models(installed: Path, tmp_path: Path) -> None:
    assert "smollm2-135m" in run(
        installed, tmp_path, "collect", "--suite", "facts", "--model", "smollm2-135m", "--dry-run"
    )
