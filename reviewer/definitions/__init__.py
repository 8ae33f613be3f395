"""The files that users write: rubrics, suites, prompt templates and configurations. TOML in, dataclasses out."""
