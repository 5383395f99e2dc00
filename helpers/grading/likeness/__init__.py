"""Which answers of a class are surprisingly alike: a list for a person to look at, and never a mark.

`structure` says what an answer is made of, `chance` how often people who work alone agree as much, `reading` where the
answers come from, and `pages` writes what a person looks at.
"""
