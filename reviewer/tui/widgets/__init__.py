"""What screens are made of. A widget shows a value and sends messages; it knows no screen, no app and no store.

text_pane     one foreign text, wrapped, marked and scrolled; perhaps covered
side_by_side  up to eight panes, beside each other or one at a time
lines         where the lines of a wrapped text begin; pure
graphemes     what a terminal draws as one sign, and how many cells it takes; pure
marks         ranges of a text that are shown differently; pure
differences   the words in which two texts differ, as marks; pure
"""
