"""What a claim of a lecture rests on: rows of the ledger, and the frameworks that confirm them."""
