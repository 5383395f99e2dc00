"""One routine of BLAS that NumPy keeps to itself: a matrix product that is added to what is there already.

NumPy can only write a product into an array; adding it to the weights is then a second pass over all of them. BLAS adds
while it multiplies. SciPy's own wrapper of the routine keeps Python's lock while it computes, so that two threads take
turns; called through the address that SciPy publishes for Cython, it lets them run side by side.
"""

import ctypes
from functools import cache

import numpy as np


def add_product(total, left, right):
    """`total += left @ right`, in place and without a temporary array.

    `total` (m, n), `left` (m, k), `right` (k, n): float32, the numbers of a row side by side. Raises ValueError for
    anything else: the routine itself would read past the end.
    """
    (rows, inner), columns = left.shape, right.shape[1]
    if total.shape != (rows, columns) or right.shape[0] != inner:
        raise ValueError(f"{left.shape} times {right.shape} does not fit {total.shape}.")
    if not total.size or not inner:
        return
    # BLAS counts in columns: what it takes for `right`, (n, k) in its eyes, comes first.
    plain, one = ctypes.byref(ctypes.c_char(b"N")), ctypes.byref(ctypes.c_float(1.0))
    sizes = [_number(size) for size in (columns, rows, inner)]
    into_right, into_left, into_total = (_number(_row_step(array)) for array in (right, left, total))
    addresses = [array.ctypes.data for array in (right, left, total)]
    _sgemm()(
        plain, plain, *sizes, one, addresses[0], into_right, addresses[1], into_left, one, addresses[2], into_total
    )


def _row_step(array):
    """How many numbers lie between the beginnings of two rows."""
    rows, columns = array.shape
    step, within = (stride // 4 for stride in array.strides)
    step = step if rows > 1 else columns
    if array.dtype != np.float32 or array.strides[0] % 4 or (columns > 1 and within != 1) or step < columns:
        raise ValueError("Only float32 arrays whose rows lie in one piece can be multiplied here.")
    return step


def _number(value):
    return ctypes.byref(ctypes.c_int(value))


@cache
def _sgemm():
    """BLAS's sgemm as a C function; all its arguments are pointers (scipy.linalg.cython_blas)."""
    from scipy.linalg import cython_blas

    capsule = cython_blas.__pyx_capi__["sgemm"]
    api = ctypes.pythonapi
    name = ctypes.PYFUNCTYPE(ctypes.c_char_p, ctypes.py_object)(("PyCapsule_GetName", api))(capsule)
    address = ctypes.PYFUNCTYPE(ctypes.c_void_p, ctypes.py_object, ctypes.c_char_p)(("PyCapsule_GetPointer", api))
    return ctypes.CFUNCTYPE(None, *[ctypes.c_void_p] * 13)(address(capsule, name))
