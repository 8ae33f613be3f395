"""The design of a study as pure functions: blinding, pairing, sampling, the decision policy."""
