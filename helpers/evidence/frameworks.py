"""Libraries that a row needs and that take seconds to load."""

import os
from functools import cache


@cache
def keras():
    """Keras, without the messages that TensorFlow prints when it starts."""
    os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
    import keras

    return keras
