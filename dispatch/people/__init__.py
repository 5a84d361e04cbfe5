"""Units and people: who works where, how they come in, and who is asking."""
