"""From a lecture's one source to the notebooks that people open, and the proof that they agree."""
