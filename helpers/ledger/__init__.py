"""The ledger: numbers that the decks print, each beside what the course computes."""
