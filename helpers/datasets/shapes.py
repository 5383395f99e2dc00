"""Small colour pictures of ten shapes by day and by night, drawn by code: the embedded stand-in for CIFAR-10.

Each shape is a table of radii by angle, so that many pictures are drawn at once: a pixel belongs to a shape when it is
nearer to the middle than the radius in its direction.
"""

from functools import cache

import numpy as np

SIZE = 32  # pixels a side
CLASS_NAMES = ("disc", "ring", "triangle", "square", "bar", "cross", "star", "flower", "heart", "bow")
NIGHT_SHARE = 0.25
_ANGLES = 512
_CHUNK = 50  # pictures drawn at a time: arrays small enough to stay in the processor's cache take half the time


def draw(count, rng):
    """`count` pictures, uint8 (count, 32, 32, 3), their labels, int (count,), and which are taken at night, bool.

    The classes come in equal numbers, so `count` is a multiple of ten, and in random order. Place, size, tilt, colours,
    background, clutter, light and noise are drawn for each picture from `rng`.
    """
    labels = rng.permutation(np.repeat(np.arange(len(CLASS_NAMES)), count // len(CLASS_NAMES)))
    night = rng.random(count) < NIGHT_SHARE
    pictures = np.empty((count, SIZE, SIZE, 3), np.uint8)
    for first in range(0, count, _CHUNK):
        part = slice(first, first + _CHUNK)
        pictures[part] = _draw(labels[part], night[part], rng)
    return pictures, labels, night


def _draw(labels, night, rng):
    count = len(labels)
    scene = _background(count, rng)
    outer, inner = _radii()
    for _ in range(2):  # clutter: smaller things of no class, behind the shape
        speck = rng.uniform(1, 3, (count, 1, 1))
        distance, _ = _polar(count, 16, 0, rng)
        _paint(scene, _edge(speck - distance), rng.uniform(0.1, 0.9, (count, 3)))
    distance, angle = _polar(count, 3, 0.35, rng)
    size = rng.uniform(7.5, 12, (count, 1, 1)).astype(np.float32)
    turn = (angle * np.float32(_ANGLES / (2 * np.pi))).astype(np.int32) % _ANGLES
    row = labels[:, None, None]
    inside = _edge(outer[row, turn] * size - distance)
    inside *= _edge(distance - inner[row, turn] * size)
    _paint(scene, inside, rng.uniform(0.35, 1.0, (count, 3)))
    return _photograph(scene, night, rng)


def _background(count, rng):
    """Soft patches of colour around one tint a picture, float32 (count, 32, 32, 3)."""
    coarse = rng.normal(0, 0.1, (count, 6, 6, 3)) + rng.uniform(0.05, 0.55, (count, 1, 1, 3))
    # Linear interpolation from 6 to 32 positions as a matrix.
    position = np.linspace(0, 5, SIZE)[:, None]
    stretch = np.clip(1 - np.abs(position - np.arange(6)), 0, None).astype(np.float32)
    rows = np.tensordot(stretch, coarse.astype(np.float32), axes=(1, 1))  # (32, count, 6, 3)
    return np.ascontiguousarray(np.tensordot(stretch, rows, axes=(1, 2)).transpose(2, 1, 0, 3))


def _polar(count, reach, tilt, rng):
    """Distance (pixels) and angle (0 to 2 pi) of every pixel from a middle up to `reach` pixels off the centre."""
    grid = np.arange(SIZE, dtype=np.float32) - (SIZE - 1) / 2
    middle = rng.uniform(-reach, reach, (2, count, 1)).astype(np.float32)
    y = (middle[0] - grid)[:, :, None]  # upwards
    x = (grid - middle[1])[:, None, :]
    distance = np.sqrt(x * x + y * y)
    if not tilt:
        return distance, None
    lean = rng.uniform(-tilt, tilt, (count, 1, 1)).astype(np.float32)
    return distance, np.arctan2(y, x) - lean


def _edge(depth):
    """How much of a pixel is covered when its middle lies `depth` pixels inside: 0 to 1, float32."""
    return np.clip(depth + np.float32(0.5), 0, 1).astype(np.float32)


def _paint(scene, cover, colour):
    """Lay `colour` (count, 3) over the scene, in place, where `cover` (count, 32, 32) says so."""
    scene += cover[..., None] * (colour.astype(np.float32)[:, None, None] - scene)


def _photograph(scene, night, rng):
    """Light, and noise from the sensor: by night less of the one, bluish, and with the same of the other."""
    count = len(scene)
    light = np.where(night, rng.uniform(0.2, 0.45, count), rng.uniform(0.7, 1.1, count))[:, None]
    tint = np.where(night[:, None], [0.8, 0.9, 1.2], 1.0)
    scene *= (light * tint).astype(np.float32)[:, None, None]
    scene += np.float32(0.04) * rng.standard_normal(scene.shape, dtype=np.float32)
    return (np.clip(scene, 0, 1) * 255).astype(np.uint8)


@cache
def _radii():
    """Outer and inner radius of every class by angle, in units of its size: two float32 arrays (classes, angles)."""
    angle = np.arange(_ANGLES) * 2 * np.pi / _ANGLES
    x, y = np.abs(np.cos(angle)), np.abs(np.sin(angle))
    outer = {
        "disc": np.full(_ANGLES, 0.85),
        "ring": np.full(_ANGLES, 0.95),
        "triangle": 0.55 / np.maximum.reduce([np.cos(angle - turn) for turn in np.deg2rad([-90, 30, 150])]),
        "square": 0.75 / np.maximum(x, y),
        "bar": 1 / np.maximum(x, y / 0.35),
        "cross": np.maximum(1 / np.maximum(x, y / 0.3), 1 / np.maximum(y, x / 0.3)),
        "star": 0.45 + 0.6 * np.abs(np.arcsin(np.sin(2.5 * (angle + np.pi / 2 + np.pi / 5)))) / (np.pi / 2),
        "flower": 0.75 + 0.25 * np.cos(4 * angle),
        "heart": _heart(angle),
        "bow": np.where(y < 0.8 * x, 0.95 / np.maximum(x, 0.5), 0.15),
    }
    inner = {"ring": np.full(_ANGLES, 0.5)}
    none = np.full(_ANGLES, -2.0)  # so far below 0 that the middle is covered in full
    return (
        np.array([outer[name] for name in CLASS_NAMES], np.float32),
        np.array([inner.get(name, none) for name in CLASS_NAMES], np.float32),
    )


def _heart(angle):
    """The last point along each ray at which (x^2 + y^2 - 1)^3 <= x^2 y^3, which is a heart with its tip below."""
    radius = np.linspace(0, 1.5, 1501)[:, None]
    x, y = radius * np.cos(angle), radius * np.sin(angle)
    inside = (x * x + y * y - 1) ** 3 <= x * x * y**3
    return 0.85 * radius[len(radius) - 1 - np.argmax(inside[::-1], axis=0), 0]
