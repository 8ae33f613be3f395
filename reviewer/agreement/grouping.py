"""By what the agreement of a study can be taken apart."""

from __future__ import annotations

from enum import StrEnum


class Grouping(StrEnum):
    """Agreement apart for each configuration, each evaluation, or for people and each grader."""

    MODEL = "model"
    SUITE = "suite"
    RATER_KIND = "rater-kind"
