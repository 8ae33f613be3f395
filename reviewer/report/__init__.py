"""What a study found, as tables, and those as a page, as CSV and as plain values. Pure: knows no store and no terminal.

found.py     what was counted: rates, differences, errors, agreement
tables.py    the same as tables with titles and notes
caveats.py   what a reader must know before quoting a figure, in sentences
plots.py     pictures of it, by matplotlib, as SVG text
page.py      everything as one HTML file that needs nothing else
"""
