"""Foreign tables as records: one module a file format. Knows no rubric and no store."""
