"""What lecture 10 runs: each module computes one experiment and returns arrays; nothing here draws."""
