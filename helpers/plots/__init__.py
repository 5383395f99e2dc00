"""The figures of the lectures: they draw what the experiments return and compute nothing of their own."""
