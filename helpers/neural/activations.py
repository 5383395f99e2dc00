"""The activation functions of the course with their derivatives, and what can be measured about them.

Every function is finite and free of warnings for |x| = 1000, keeps the shape of its argument and keeps float32.
"""

import timeit
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.special import expit, ndtr, ndtri

# The constants of SELU (Klambauer et al. 2017): with them, mean 0 and variance 1 reproduce themselves.
SELU_ALPHA, SELU_SCALE = 1.6732632423543772, 1.0507009873554805
# The middle of the slopes that RReLU draws from while training, 1/8 to 1/3 (Xu et al. 2015); used when testing.
RRELU_SLOPE = (1 / 8 + 1 / 3) / 2


def identity(x):
    return np.array(x)


def identity_derivative(x):
    return np.ones_like(x)


def step(x):
    return (x >= 0) * _one(x)


def step_derivative(x):
    """Zero wherever it exists; at 0 it does not, and 0 is returned."""
    return np.zeros_like(x)


def sigmoid(x):
    return expit(x)


def sigmoid_derivative(x):
    # s(x) s(-x) keeps its digits where s(x) rounds to 1 and 1 - s(x) to 0.
    return expit(x) * expit(-x)


def tanh(x):
    return np.tanh(x)


def tanh_derivative(x):
    return 4 * sigmoid_derivative(2 * x)


def arctan(x):
    return np.arctan(x)


def arctan_derivative(x):
    return 1 / (1 + x * x)


def softsign(x):
    return x / (1 + np.abs(x))


def softsign_derivative(x):
    return 1 / (1 + np.abs(x)) ** 2


def softplus(x):
    return np.logaddexp(_zero(x), x)


def softplus_derivative(x):
    return expit(x)


def relu(x):
    return np.maximum(x, _zero(x))


def relu_derivative(x):
    """The slope at 0 is taken as 0, as the frameworks do."""
    return (x > 0) * _one(x)


def relu6(x):
    return np.clip(x, 0, 6)


def relu6_derivative(x):
    return ((x > 0) & (x < 6)) * _one(x)


def leaky_relu(x, alpha=0.01):
    return np.maximum(x, alpha * x)


def leaky_relu_derivative(x, alpha=0.01):
    return np.where(x > 0, _one(x), alpha * _one(x))


def prelu(x, alpha=0.25):
    """Leaky ReLU whose slope is learned; 0.25 is where He et al. (2015) start it."""
    return leaky_relu(x, alpha)


def prelu_derivative(x, alpha=0.25):
    return leaky_relu_derivative(x, alpha)


def rrelu(x):
    """Randomised leaky ReLU as it is used for testing, with the mean slope."""
    return leaky_relu(x, RRELU_SLOPE)


def rrelu_derivative(x):
    return leaky_relu_derivative(x, RRELU_SLOPE)


def elu(x, alpha=1.0):
    # The minimum keeps exp away from arguments whose result would be thrown away.
    return np.where(x > 0, x, alpha * np.expm1(np.minimum(x, 0)))


def elu_derivative(x, alpha=1.0):
    return np.where(x > 0, _one(x), alpha * np.exp(np.minimum(x, 0)))


def selu(x):
    return SELU_SCALE * elu(x, SELU_ALPHA)


def selu_derivative(x):
    return SELU_SCALE * elu_derivative(x, SELU_ALPHA)


def gelu(x):
    return x * ndtr(x)


def gelu_derivative(x):
    return ndtr(x) + x * _normal_density(x)


def gelu_tanh(x):
    """The approximation 0.5 x (1 + tanh(u)), written as x sigmoid(2 u), which is the same."""
    return x * expit(2 * _gelu_argument(x))


def gelu_tanh_derivative(x):
    gate = 2 * _gelu_argument(x)
    slope_of_gate = 2 * np.sqrt(2 / np.pi) * (1 + 3 * 0.044715 * x * x)
    return (expit(gate) + x * sigmoid_derivative(gate) * slope_of_gate).astype(gate.dtype)


def swish(x, beta=1.0):
    """x sigmoid(beta x); with beta = 1 it is SiLU."""
    return x * expit(beta * x)


def swish_derivative(x, beta=1.0):
    return expit(beta * x) + beta * x * sigmoid_derivative(beta * x)


def e_swish(x, beta=1.75):
    return beta * swish(x)


def e_swish_derivative(x, beta=1.75):
    return beta * swish_derivative(x)


def mish(x):
    return x * np.tanh(softplus(x))


def mish_derivative(x):
    gate = softplus(x)
    return np.tanh(gate) + x * tanh_derivative(gate) * expit(x)


def hard_sigmoid(x):
    """x/6 + 1/2, cut off at 0 and 1: PyTorch, MobileNetV3, Keras 3."""
    return np.clip(x / 6 + 0.5, 0, 1)


def hard_sigmoid_derivative(x):
    return (np.abs(x) < 3) * (_one(x) / 6)


def hard_sigmoid_keras2(x):
    """0.2 x + 0.5, cut off at 0 and 1: Theano, Keras 1 and 2."""
    return np.clip(0.2 * x + 0.5, 0, 1)


def hard_sigmoid_keras2_derivative(x):
    return (np.abs(x) < 2.5) * (0.2 * _one(x))


def softmax(scores):
    """Probabilities along the last axis; `scores` (..., classes)."""
    powers = np.exp(scores - np.max(scores, axis=-1, keepdims=True))
    return powers / powers.sum(axis=-1, keepdims=True)


def maxout(x, weights, biases):
    """The largest of several affine pieces: `x` (n, d), `weights` (pieces, d, units), `biases` (pieces, units)."""
    return np.max(x @ weights + biases[:, None, :], axis=0)


@dataclass(frozen=True)
class Activation:
    """One elementwise activation function."""

    name: str
    formula: str  # LaTeX
    function: Callable
    derivative: Callable
    source: str  # who proposed it for neural networks


_GELU = "Hendrycks and Gimpel 2016"
_ALL = [
    Activation("identity", r"x", identity, identity_derivative, ""),
    Activation("step", r"[x \geq 0]", step, step_derivative, "McCulloch and Pitts 1943"),
    Activation("sigmoid", r"\frac{1}{1 + e^{-x}}", sigmoid, sigmoid_derivative, "Rumelhart et al. 1986"),
    Activation("tanh", r"\tanh x", tanh, tanh_derivative, "LeCun et al. 1998"),
    Activation("arctan", r"\arctan x", arctan, arctan_derivative, ""),
    Activation("softsign", r"\frac{x}{1 + |x|}", softsign, softsign_derivative, "Bergstra et al. 2009"),
    Activation("softplus", r"\ln(1 + e^x)", softplus, softplus_derivative, "Dugas et al. 2001"),
    Activation("relu", r"\max(0, x)", relu, relu_derivative, "Nair and Hinton 2010"),
    Activation("relu6", r"\min(\max(0, x), 6)", relu6, relu6_derivative, "Krizhevsky 2010"),
    Activation("leaky_relu", r"\max(0.01 x, x)", leaky_relu, leaky_relu_derivative, "Maas et al. 2013"),
    Activation("prelu", r"\max(\alpha x, x),\ \alpha\ \mathrm{learned}", prelu, prelu_derivative, "He et al. 2015"),
    Activation("rrelu", r"\max(\alpha x, x),\ \alpha\ \mathrm{random}", rrelu, rrelu_derivative, "Xu et al. 2015"),
    Activation("elu", r"x\ \mathrm{or}\ \alpha (e^x - 1)", elu, elu_derivative, "Clevert et al. 2016"),
    Activation("selu", r"\lambda\,\mathrm{ELU}_\alpha(x)", selu, selu_derivative, "Klambauer et al. 2017"),
    Activation("gelu", r"x\,\Phi(x)", gelu, gelu_derivative, _GELU),
    Activation("gelu_tanh", r"x\,\Phi(x)\ \mathrm{by}\ \tanh", gelu_tanh, gelu_tanh_derivative, _GELU),
    Activation("swish", r"x\,\sigma(x)", swish, swish_derivative, "Ramachandran et al. 2017"),
    Activation("e_swish", r"1.75\,x\,\sigma(x)", e_swish, e_swish_derivative, "Alcaide 2018"),
    Activation("mish", r"x \tanh(\ln(1 + e^x))", mish, mish_derivative, "Misra 2019"),
    Activation(
        "hard_sigmoid", r"x/6 + 1/2\ \mathrm{in}\ 0..1", hard_sigmoid, hard_sigmoid_derivative, "Howard et al. 2019"
    ),
    Activation(
        "hard_sigmoid_keras2",
        r"0.2 x + 0.5\ \mathrm{in}\ 0..1",
        hard_sigmoid_keras2,
        hard_sigmoid_keras2_derivative,
        "Courbariaux et al. 2015",
    ),
]
ACTIVATIONS = {activation.name: activation for activation in _ALL}


@dataclass(frozen=True)
class Portrait:
    """What a function does, measured and not looked up."""

    name: str
    low: float  # smallest and largest value on -1000..1000
    high: float
    mean: float  # of the output for standard normal input
    largest_slope: float
    flat: str  # where the slope fades to nothing: "left", "right", "both sides", "nowhere"
    dead: str  # where the slope is exactly zero over a stretch: likewise

    @property
    def zero_centred(self):
        """Is the mean output for standard normal input zero, to two decimals?"""
        return abs(self.mean) < 0.005


def portrait(activation):
    """Measure range, mean output, largest slope, and where an Activation is flat or dead."""
    near = np.linspace(-20, 20, 40_001)
    far = np.concatenate([[-1000.0, -100.0], near, [100.0, 1000.0]])
    values, slopes = activation.function(far), activation.derivative(near)
    # Equally likely pieces of the normal distribution: exact to four decimals, and the same on every machine.
    normal = _normal_quantiles(20_001)
    left, right = activation.derivative(np.array([-1000.0, 1000.0]))
    return Portrait(
        name=activation.name,
        low=float(values.min()),
        high=float(values.max()),
        mean=float(activation.function(normal).mean()),
        largest_slope=float(slopes.max()),
        flat=_side(abs(left) < 1e-5, abs(right) < 1e-5),
        dead=_side(np.all(slopes[near < -7] == 0), np.all(slopes[near > 7] == 0)),
    )


def relative_cost(names, size=200_000, repeats=20):
    """How many times the time of ReLU each function takes, on `size` float32 numbers: {name: ratio}."""
    x = np.random.default_rng(0).standard_normal(size).astype(np.float32)

    def seconds(function):
        return min(timeit.repeat(lambda: function(x), number=1, repeat=repeats))

    base = seconds(relu)
    return {name: seconds(ACTIVATIONS[name].function) / base for name in names}


def _side(left, right):
    return {(True, True): "both sides", (True, False): "left", (False, True): "right"}.get((left, right), "nowhere")


def _normal_quantiles(count):
    return ndtri((np.arange(count) + 0.5) / count)


def _gelu_argument(x):
    return (np.sqrt(2 / np.pi) * (x + 0.044715 * x * x * x)).astype(np.asarray(x).dtype, copy=False)


def _normal_density(x):
    # Beyond 40 the density is below the smallest float, and x * x would overflow float32 far out.
    near = np.clip(x, -40, 40)
    return np.exp(-near * near / 2) / np.asarray(np.sqrt(2 * np.pi)).astype(np.asarray(x).dtype)


def _one(x):
    """1 in the float type of `x`, so that float32 stays float32."""
    return np.asarray(x).dtype.type(1)


def _zero(x):
    return np.asarray(x).dtype.type(0)
