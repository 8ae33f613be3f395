"""Rows of foreign tables into evidence and labels: checked first, then stored part by part."""
