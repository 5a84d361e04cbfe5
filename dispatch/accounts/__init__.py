"""Double entry and nothing else: books of communities, accounts in them, transfers whose lines sum to zero and never change."""
