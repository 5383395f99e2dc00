"""The subcommands of `course`, one file each.

A file declares its arguments in `add(commands)` and reads them in `run(options)`, which returns the exit status and
imports what does the work, so that no command waits for what only another needs.
"""
