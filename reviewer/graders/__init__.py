"""Automated graders: what one is asked, and how its reply becomes a verdict. Pure: calls nothing and stores nothing.

A grader is a rater. It is shown the prompt and the response, never who answered.

    definition.py   prompts/graders/*.toml -> Grader, checked against its rubric
    material.py     what a grader is shown, and what a verdict is
    asking.py       a judge's request: options in an order of their own, foreign text inside fences
    reading.py      a judge's reply: a verdict, declined, or not understood; never guessed
    rule.py         graders that need no model
    bait.py         text in a response that imitates a verdict
"""
