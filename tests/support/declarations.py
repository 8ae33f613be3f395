"""What the modules of a package declare, so that a registry can be held against it."""

from __future__ import annotations

from importlib import import_module
from pkgutil import walk_packages
from types import ModuleType
from typing import TypeVar

Kind = TypeVar("Kind")


def declared(package: ModuleType, kind: type[Kind]) -> dict[str, Kind]:
    """Return each instance of `kind` that a module of `package` holds under a name, by module and name."""
    modules = [import_module(found.name) for found in walk_packages(package.__path__, f"{package.__name__}.")]
    return {
        f"{module.__name__}.{name}": value
        for module in modules
        for name, value in vars(module).items()
        if isinstance(value, kind)
    }
