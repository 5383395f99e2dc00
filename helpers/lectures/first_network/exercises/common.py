"""What the exercises of lecture 01 share."""

from __future__ import annotations

LECTURE = "01_first_network"
IN_PLACE = "The result is right, but an array that was given was changed. Make a new one."
NO_BIAS = "The bias is missing. A unit adds it to the weighted sum."
