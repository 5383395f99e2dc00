"""Learning rates that change on purpose: each returns a function of the number of updates made so far."""

import math


def constant(rate):
    return lambda step: rate


def step_decay(rate, factor, every):
    """Multiply by `factor` after every `every` updates."""
    return lambda step: rate * factor ** (step // every)


def exponential_decay(rate, factor):
    """Multiply by `factor` after each update."""
    return lambda step: rate * factor**step


def one_over_t(rate, decay):
    """rate / (1 + decay * step)."""
    return lambda step: rate / (1 + decay * step)


def warmup(rate, steps, then=None):
    """Rise in equal parts from 0 to `rate`, then follow the schedule `then`, counted from there (none: stay)."""
    return lambda step: rate * step / steps if step < steps else (then(step - steps) if then else rate)


def cyclic(low, high, half_cycle):
    """Up and down in straight lines between two rates (Smith 2017)."""

    def rate(step):
        place = step % (2 * half_cycle) / half_cycle
        return low + (high - low) * (place if place < 1 else 2 - place)

    return rate


def one_cycle(peak, steps, share=0.3):
    """One rise over the first `share` of the steps, then half a cosine down to 0 (after Smith and Topin 2018)."""

    def rate(step):
        rise = share * steps
        if step < rise:
            return peak * step / rise
        return 0.5 * peak * (1 + math.cos(math.pi * min((step - rise) / (steps - rise), 1)))

    return rate


def linear_decay(rate, steps):
    """Fall in a straight line to 0 at `steps`."""
    return lambda step: rate * max(1 - step / steps, 0)


def cosine_decay(rate, steps):
    """Fall along half a cosine to 0 at `steps` (Loshchilov and Hutter 2017)."""
    return lambda step: 0.5 * rate * (1 + math.cos(math.pi * min(step / steps, 1)))
