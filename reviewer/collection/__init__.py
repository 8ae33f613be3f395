"""Asking models for the samples that are missing, and storing every answer as it comes."""
