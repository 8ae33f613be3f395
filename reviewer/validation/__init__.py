"""A grader against gold, as a use case: the evidence of a study, coded, counted and corrected."""
