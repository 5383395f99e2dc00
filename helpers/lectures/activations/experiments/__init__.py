"""What lecture 04 runs: each module computes one experiment and returns arrays; nothing here draws."""
