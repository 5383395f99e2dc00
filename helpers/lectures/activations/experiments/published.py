"""What can be computed about a table that others have published."""

import numpy as np


def share_of(count, printed):
    """Can each percentage, as printed, be a whole number of pictures out of `count`? A boolean list.

    90.5063 % of 10 112 pictures is 9152 of them; of 10 000 it is 9050.63, and no network classifies 0.63 of a picture.
    """
    percent = np.array(printed, dtype=float)
    nearest = 100 * np.round(percent * count / 100) / count
    decimals = max(len(text.partition(".")[2]) for text in printed)
    # Printed to `decimals` places, rounded or cut off.
    return list(np.abs(nearest - percent) < 10.0**-decimals)


def standard_error(percent, count):
    """Standard error, in percentage points, of an accuracy measured on `count` independent pictures."""
    share = percent / 100
    return 100 * float(np.sqrt(share * (1 - share) / count))


def error_of_difference(first, second, count):
    """Standard error, in percentage points, of the difference of two accuracies, if their pictures were independent.

    On the same pictures it is smaller (the errors of two good networks overlap); by how much, only the answers to the
    single pictures can say. The luck of the start comes on top.
    """
    return float(np.hypot(standard_error(first, count), standard_error(second, count)))


def paired_error(first, second):
    """Standard error, in percentage points, of the difference of two accuracies on the same pictures.

    `first` and `second` are boolean arrays (pictures,): who is right about which. Only pictures count that one of the
    two gets right and the other wrong.
    """
    difference = np.asarray(first, dtype=float) - np.asarray(second, dtype=float)
    return 100 * float(difference.std() / np.sqrt(len(difference)))
