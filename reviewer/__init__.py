"""Blind review and grading of model responses in a terminal."""

__version__ = "0.1.0"
