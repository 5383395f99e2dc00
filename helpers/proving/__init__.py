"""The proof that the checks are worth something: what they reject, what they accept, and what slips through."""
