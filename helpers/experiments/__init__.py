"""What the lectures run: each module computes one experiment and returns arrays; nothing here draws."""
