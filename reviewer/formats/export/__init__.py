"""Decided labels as other tools read them: one module a format. Rows in, text or bytes out."""
