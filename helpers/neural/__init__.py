"""What several lectures share: activation functions, signals through layers, networks, schedules, the search engine."""
