"""Foreign text: made visible, decoded, searched for leaked secrets. The one door to a terminal is `visible`."""
