"""The only language spoken across the boundary: plain values as JSON and raw arrays.

A message is `header length | header (JSON) | buffers`. The header holds the value as a tree whose
leaves name their exact type; arrays stand in it as dtype, shape and the number of a buffer.
Never pickle, `eval` or a parsed `repr`: the decoder can build nothing but the types listed here, so
a value that arrives has the behaviour of `float` or `numpy.ndarray` and not of a class that a
submission brought along.
"""

from __future__ import annotations

import json
import math
import struct

import numpy as np

from .recipes import FUNCTIONS, Named, Seeded

MAX_BYTES = 32 * 2**20  # of one message
MAX_HEADER = 2 * 2**20  # bytes of its header: JSON takes up to thirty times its size in memory
MAX_ITEMS = 20_000  # leaves and containers of one message
MAX_KEYS = 1000  # of one dict: keys that all have the same hash cost time that grows with the square
MAX_DEPTH = 20  # nesting of containers

HEADER = struct.Struct("<I")
_DTYPES = {
    dtype.str: dtype
    for dtype in map(np.dtype, ["?", "i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8", "f2", "f4", "f8", "c8", "c16"])
}


class Unsendable(Exception):
    """A value that has no place in the format; `type_name` says what it was."""

    def __init__(self, type_name: str):
        super().__init__(type_name)
        self.type_name = type_name


class TooLarge(Exception):
    """A value beyond one of the caps above."""


class Malformed(Exception):
    """Bytes that are no message."""


def encode(value, recipes: bool = False) -> bytes:
    """Write a value as one message; with `recipes`, arguments that are recipes may be among it.

    Raises `Unsendable` for a type that is not plain, `TooLarge` for one beyond the caps.
    """
    writer = _Writer(recipes)
    header = _TO_JSON.encode(writer.tree(value, 0)).encode()
    size = HEADER.size + len(header) + writer.bytes
    if size > MAX_BYTES or len(header) > MAX_HEADER:
        raise TooLarge
    return b"".join([HEADER.pack(len(header)), header, *writer.buffers])


def decode(message: bytes, recipes: bool = False):
    """Rebuild the value of one message from exact built-in and NumPy types; with `recipes`, from those as well.

    An answer has no use for recipes, so what comes back from one is read without. Raises `Malformed` and nothing else,
    whatever the bytes are. The arrays are fresh and writable.
    """
    if len(message) > MAX_BYTES:
        raise Malformed("too long")
    if len(message) < HEADER.size:
        raise Malformed("no header")
    (length,) = HEADER.unpack_from(message)
    header = message[HEADER.size : HEADER.size + length]
    if length > MAX_HEADER:
        raise Malformed("header too long")
    if len(header) != length:
        raise Malformed("header cut short")
    try:
        tree = _FROM_JSON.decode(header.decode())
    except (ValueError, RecursionError) as error:
        raise Malformed("header is not the JSON of a message") from error
    reader = _Reader(memoryview(message)[HEADER.size + length :], recipes)
    value = reader.value(tree, 0)
    if reader.position != len(reader.buffer):
        raise Malformed("bytes left over")
    return value


def type_name(value) -> str:
    """The name of a value's class, read past anything that the class itself may say."""
    return type.__dict__["__name__"].__get__(type(value))[:80]


def _plain(value):
    """A value of a subclass of a plain type (an `np.str_`, a named tuple, a `defaultdict`) as one of that type.

    Read by the plain type's own methods: what the subclass says of itself does not count.
    """
    if type(value) in _READ_AS or (isinstance(value, np.generic) and not isinstance(value, str)):
        return value
    if isinstance(value, np.ndarray):
        # A masked array hides some of its values; it is for its author to say what stands there.
        return value if type(value) is np.ma.MaskedArray else np.ndarray.view(value, np.ndarray)
    for kind, read in _READ_AS.items():
        if isinstance(value, kind) and type(value) is not bool:
            return read(value)
    return value


_READ_AS = {
    str: lambda value: "".join(str.__iter__(value)),
    int: int.__int__,
    float: float.__float__,
    complex: complex.__complex__,
    list: lambda value: [*list.__iter__(value)],
    tuple: lambda value: (*tuple.__iter__(value),),
    dict: lambda value: dict(dict.items(value)),
}
_EXACT = {*_READ_AS, bool, type(None), np.ndarray}


class _Writer:
    def __init__(self, recipes: bool):
        self.recipes = recipes
        self.buffers: list[bytes] = []
        self.bytes = 0
        self.items = 0

    def tree(self, value, depth):
        kind = type(value)
        if kind not in _EXACT:
            value = _plain(value)
            kind = type(value)
        self.items += 1
        if self.items > MAX_ITEMS or depth > MAX_DEPTH:
            raise TooLarge
        if value is None or kind is bool:
            return value
        if kind is str:
            self._count(len(value))
            return value if value.isascii() else value.encode("utf-8", "replace").decode()
        if kind is int:
            if value.bit_length() > 10_000:
                raise TooLarge
            return {"int": str(value)}
        if kind is float:
            return {"float": value.hex()}
        if kind is complex:
            return {"complex": [value.real.hex(), value.imag.hex()]}
        if kind is list:
            return [self.tree(item, depth + 1) for item in value]
        if kind is tuple:
            return {"tuple": [self.tree(item, depth + 1) for item in value]}
        if kind is dict:
            if len(value) > MAX_KEYS:
                raise TooLarge
            return {"dict": [[self.tree(k, depth + 1), self.tree(v, depth + 1)] for k, v in value.items()]}
        if self.recipes and kind is Seeded:
            return {"seeded": str(value.seed)}
        if self.recipes and kind is Named:
            return {"named": value.name}
        if kind is np.ndarray and value.dtype.newbyteorder("<").str in _DTYPES:
            return self._array("array", value)
        if isinstance(value, np.generic) and value.dtype.type is kind and value.dtype.str in _DTYPES:
            return self._array("scalar", np.asarray(value))
        raise Unsendable(type_name(value) if kind is not np.ndarray else f"array of {value.dtype}")

    def _array(self, label, array):
        little = np.ascontiguousarray(array, dtype=array.dtype.newbyteorder("<"))
        self._count(little.nbytes)
        self.buffers.append(little.tobytes())
        return {label: little.dtype.str, "shape": list(array.shape)}

    def _count(self, size):
        self.bytes += size
        if self.bytes > MAX_BYTES:
            raise TooLarge


class _Reader:
    def __init__(self, buffer: memoryview, recipes: bool):
        self.buffer = buffer
        self.recipes = recipes
        self.position = 0
        self.items = 0

    def value(self, tree, depth):
        self.items += 1
        if self.items > MAX_ITEMS or depth > MAX_DEPTH:
            raise Malformed("too many or too deeply nested items")
        kind = type(tree)
        if tree is None or kind is bool:
            return tree
        if kind is str:
            return tree if tree.isascii() else _parse(_text, tree)
        if kind is list:
            return [self.value(item, depth + 1) for item in tree]
        # By its length first: a `match` over all of them takes longer than everything else here.
        if kind is dict and len(tree) == 1:
            ((label, content),) = tree.items()
            return self._labelled(label, content, depth)
        match tree:
            case {"array": str(dtype), "shape": list(shape), **rest} if not rest:
                return self._array(dtype, shape)
            case {"scalar": str(dtype), "shape": [], **rest} if not rest:
                return self._array(dtype, [])[()]
        raise Malformed("unknown item")

    def _labelled(self, label, content, depth):
        kind = type(content)
        if label == "float" and kind is str:
            return _parse(float.fromhex, content)
        if label == "int" and kind is str:
            return _parse(int, content)
        if label == "dict" and kind is list:
            return self._dict(content, depth)
        if label == "tuple" and kind is list:
            return tuple(self.value(item, depth + 1) for item in content)
        match label, content:
            case "complex", [str(real), str(imaginary)]:
                return complex(_parse(float.fromhex, real), _parse(float.fromhex, imaginary))
            case "seeded", str(text) if self.recipes:
                return Seeded(_parse(int, text))
            case "named", str(name) if self.recipes and name in FUNCTIONS:
                return Named(name)
        raise Malformed("unknown item")

    def _dict(self, pairs, depth):
        if len(pairs) > MAX_KEYS:
            raise Malformed("too many keys")
        result = {}
        for pair in pairs:
            if not (isinstance(pair, list) and len(pair) == 2):
                raise Malformed("dict item is not a pair")
            key = self.value(pair[0], depth + 1)
            try:
                result[key] = self.value(pair[1], depth + 1)
            except TypeError as error:
                raise Malformed("key cannot be hashed") from error
        return result

    def _array(self, dtype_name, shape):
        dtype = _DTYPES.get(dtype_name)
        if dtype is None or len(shape) > 32 or not all(type(n) is int and n >= 0 for n in shape):
            raise Malformed("unknown dtype or shape")
        size = math.prod(shape) * dtype.itemsize
        chunk = self.buffer[self.position : self.position + size]
        if len(chunk) != size:
            raise Malformed("array cut short")
        self.position += size
        if dtype.kind == "b" and bytes(chunk).strip(b"\0\1"):
            raise Malformed("neither true nor false")
        try:
            return np.frombuffer(chunk, dtype=dtype).reshape(shape).copy()
        except ValueError as error:
            raise Malformed("impossible shape") from error


def _parse(convert, text):
    try:
        return convert(text)
    except (ValueError, OverflowError) as error:
        raise Malformed("not what its label says") from error


def _text(text):
    text.encode()  # a lone surrogate passes through JSON, and no file or database takes it
    return text


def _no_number(text):
    raise ValueError("floats stand as hexadecimal text")


def _small_int(text):
    if len(text) > 12:
        raise ValueError("integers stand as text")
    return int(text)


# Made once: to make one takes as long as to use it.
_TO_JSON = json.JSONEncoder(separators=(",", ":"), allow_nan=False)
_FROM_JSON = json.JSONDecoder(parse_float=_no_number, parse_constant=_no_number, parse_int=_small_int)
