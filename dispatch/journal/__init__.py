"""The station's journal: everything that happened, numbered without a gap, each entry sealed by the one before."""
