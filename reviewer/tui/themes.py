"""The themes: dark, light, high contrast, and one whose colours stay apart for colour-blind eyes.

Meaning never rests on colour: every state has a word or a sign as well. `ansi-dark` and `ansi-light`, which come with
Textual, use the 16 colours of the terminal.
"""

from __future__ import annotations

from textual.theme import Theme

THEMES = (
    Theme("reviewer-dark", primary="#7aa2f7", accent="#e0af68", success="#9ece6a", warning="#e0af68", error="#f7768e"),
    Theme(
        "reviewer-light",
        primary="#1f5fbf",
        accent="#8a4b00",
        success="#2e6b1f",
        warning="#8a4b00",
        error="#a3123a",
        background="#fafafa",
        surface="#f0f0f0",
        panel="#e2e2e2",
        foreground="#1a1a1a",
        dark=False,
    ),
    Theme(
        "reviewer-high-contrast",
        primary="#ffffff",
        accent="#ffff00",
        success="#00ff00",
        warning="#ffff00",
        error="#ff8080",
        background="#000000",
        surface="#000000",
        panel="#303030",
        foreground="#ffffff",
    ),
    # Blue and orange, which red-green blindness leaves apart.
    Theme(
        "reviewer-colour-blind",
        primary="#56b4e9",
        accent="#e69f00",
        success="#56b4e9",
        warning="#e69f00",
        error="#d55e00",
    ),
)
NAMES = (*(theme.name for theme in THEMES), "ansi-dark", "ansi-light")
