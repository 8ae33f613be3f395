"""The evidence store: the only place with SQL. One module a subject, each of plain functions over an `Engine`."""
