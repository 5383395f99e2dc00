"""What lecture 02 runs: each module computes one experiment and returns arrays; nothing here draws."""
