"""Automated graders: what one is asked, how its reply becomes a verdict, and the tasks of a study.

A grader is a rater. It is shown the prompt and the response, never who answered.
"""
