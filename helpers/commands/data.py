"""`course data`: the data sets."""

from __future__ import annotations

from .common import OK, refuse


def add(commands) -> None:
    parser = commands.add_parser("data", help="list the data sets, or fetch one")
    parser.add_argument("name", nargs="?", metavar="NAME")
    parser.set_defaults(run=run)


def run(options) -> int:
    from helpers import datasets

    try:
        if options.name:
            print(f"{options.name}: {datasets.fetch(options.name)}")
        else:
            for name, card in datasets.DATASETS.items():
                print(f"{name:12} {card.what} ({card.licence})")
    except datasets.DataSetError as error:
        return refuse(error)
    return OK
