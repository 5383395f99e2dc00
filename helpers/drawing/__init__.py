"""How the course draws: its style, figures that several lectures use, and the frame of every explorer."""
