"""Replay-80: whole weeks of errands on simulated time, so that ways of alerting can be compared on the same world."""
