"""Control panels over the main experiment of a lecture."""
