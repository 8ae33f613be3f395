"""The agreement of one study, read from its labels and counted by `statistics.agreement`."""
