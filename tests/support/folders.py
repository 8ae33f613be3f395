"""Where the project's own files are, and the human-labelled data that may stand beside the project."""

from __future__ import annotations

from pathlib import Path

ROOT = Path(__file__).parents[2]
PROMPTS = ROOT / "prompts"
SHIPPED_MODELS = PROMPTS / "models.toml"
README = ROOT / "README.md"
DOCS = ROOT / "docs"
SCHEMA = ROOT / "tests" / "data" / "schema"
DATA = ROOT.parent / "shared" / "data"
