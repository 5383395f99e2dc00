"""The activation functions and the experiments of lecture 04."""

import math
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from helpers.datasets import Pictures, digits
from helpers.lectures.activations.experiments import many
from helpers.lectures.activations.experiments.convexity import one_unit_losses, two_layer_losses
from helpers.lectures.activations.experiments.dead_relu import a_unit_that_dies, deaths, silence_at_start
from helpers.lectures.activations.experiments.depth import accuracy_by_depth, first_gradient_ratio, rate_and_scale
from helpers.lectures.activations.experiments.landscape import (
    _outputs,
    output_landscape,
    sharpest_bend,
    straight_pieces,
)
from helpers.lectures.activations.experiments.maxout import pieces_never_chosen
from helpers.lectures.activations.experiments.published import (
    error_of_difference,
    paired_error,
    share_of,
    standard_error,
)
from helpers.lectures.activations.experiments.speed import epochs_to_reach
from helpers.lectures.activations.experiments.zig_zag import walks
from helpers.lectures.activations.figures import draw_landscapes
from helpers.neural import networks
from helpers.neural.activations import ACTIVATIONS, maxout, portrait, relative_cost, softmax
from helpers.neural.gradient_signs import share_of_one_sign, zig_zag
from helpers.neural.signal import he, lecun, propagate
from tests.gradients import assert_slopes_of

NINE = ("relu", "leaky_relu", "prelu", "rrelu", "elu", "selu", "gelu", "swish", "mish")
KINKS = np.array([-3, -2.5, 0, 2.5, 3, 6])
every_activation = pytest.mark.parametrize("activation", ACTIVATIONS.values(), ids=ACTIVATIONS)


@pytest.fixture(scope="module")
def data():
    return digits()


@every_activation
@given(x=st.floats(-8, 8))
def test_each_derivative_is_the_slope_of_its_function(activation, x):
    assume(np.abs(KINKS - x).min() > 1e-3)
    quotient = (activation.function(np.array(x + 1e-6)) - activation.function(np.array(x - 1e-6))) / 2e-6
    assert activation.derivative(np.array(x)) == pytest.approx(quotient, abs=1e-7)


@every_activation
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.filterwarnings("error")
def test_each_function_is_finite_at_a_thousand_and_keeps_type_and_shape(activation, dtype):
    x = np.array([[-1000, -90, -1, 0], [1e-3, 1, 90, 1000]], dtype)
    for of in (activation.function, activation.derivative):
        assert np.isfinite(of(x)).all()
        assert of(x).dtype == dtype
        assert of(x).shape == x.shape


@every_activation
def test_no_function_changes_its_argument(activation):
    x = np.array([-2.0, 0.0, 2.0])
    activation.function(x)[:] = 7
    activation.derivative(x)
    assert x.tolist() == [-2.0, 0.0, 2.0]


# The textbook formulas, by other means than ours.
BY_HAND = {
    "sigmoid": lambda x: 1 / (1 + math.exp(-x)),
    "arctan": math.atan,
    "softplus": lambda x: math.log1p(math.exp(x)),
    "leaky_relu": lambda x: x if x > 0 else 0.01 * x,
    "prelu": lambda x: x if x > 0 else 0.25 * x,
    "relu6": lambda x: min(max(x, 0), 6),
    "elu": lambda x: x if x > 0 else math.exp(x) - 1,
    "selu": lambda x: 1.0507009873554805 * (x if x > 0 else 1.6732632423543772 * (math.exp(x) - 1)),
    "gelu": lambda x: x * (1 + math.erf(x / math.sqrt(2))) / 2,
    "gelu_tanh": lambda x: 0.5 * x * (1 + math.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x**3))),
    "swish": lambda x: x / (1 + math.exp(-x)),
    "e_swish": lambda x: 1.75 * x / (1 + math.exp(-x)),
    "mish": lambda x: x * math.tanh(math.log1p(math.exp(x))),
    "hard_sigmoid": lambda x: min(max(x / 6 + 0.5, 0), 1),
    "hard_sigmoid_keras2": lambda x: min(max(0.2 * x + 0.5, 0), 1),
}


@pytest.mark.parametrize("name", BY_HAND)
@given(x=st.floats(-30, 30))
def test_each_function_is_the_one_in_the_textbook(name, x):
    assert float(ACTIVATIONS[name].function(np.array(x))) == pytest.approx(BY_HAND[name](x), rel=1e-9, abs=1e-12)


def test_a_portrait_tells_dead_from_merely_flat():
    dead = {name: portrait(activation).dead for name, activation in ACTIVATIONS.items()}
    assert dead["relu"] == "left"
    assert dead["sigmoid"] == dead["elu"] == dead["leaky_relu"] == "nowhere"
    assert portrait(ACTIVATIONS["sigmoid"]).flat == "both sides"
    assert portrait(ACTIVATIONS["elu"]).flat == "left"


def test_a_portrait_measures_which_outputs_are_centred():
    centred = {name for name, activation in ACTIVATIONS.items() if portrait(activation).zero_centred}
    assert centred == {"identity", "tanh", "arctan", "softsign", "selu"}


def test_relu_costs_one_relu():
    assert 0.3 < relative_cost(["relu"], size=20_000)["relu"] < 3


def test_softmax_survives_large_scores_and_ignores_a_shift():
    scores = np.array([[1.0, 2.0, 3.0]])
    assert np.allclose(softmax(scores + 1000), softmax(scores))
    assert softmax(np.array([-1000.0, 1000.0])).tolist() == [0.0, 1.0]


def test_maxout_takes_the_largest_piece_for_each_unit():
    weights, biases = np.array([[[1.0]], [[-1.0]]]), np.zeros((2, 1))
    assert maxout(np.array([[-3.0], [2.0]]), weights, biases).ravel().tolist() == [3.0, 2.0]


def test_a_linear_signal_keeps_its_size_both_ways():
    identity = ACTIVATIONS["identity"]
    signal = propagate(identity.function, identity.derivative, width=400, samples=200)
    assert np.allclose(signal.stds, 1, atol=0.15)
    assert np.allclose(signal.gradient_stds, 1, atol=0.15)


def test_the_deviations_are_those_of_the_decks():
    tanh, relu = ACTIVATIONS["tanh"], ACTIVATIONS["relu"]
    of_tanh = propagate(tanh.function, tanh.derivative, weight_scale=lecun).stds
    assert np.allclose(of_tanh, [0.628, 0.486, 0.408, 0.357, 0.321, 0.292, 0.273, 0.255, 0.239, 0.228], atol=0.01)
    of_relu = propagate(relu.function, relu.derivative, weight_scale=he).stds
    assert np.allclose(of_relu, 0.83, atol=0.1)


def test_every_sigmoid_layer_takes_its_toll_of_the_gradient():
    sigmoid = ACTIVATIONS["sigmoid"]
    gradient = propagate(sigmoid.function, sigmoid.derivative, depth=12, width=100, samples=100).gradient_stds
    assert gradient[-1] < 0.26  # the largest slope is a quarter
    assert np.all(gradient[:-1] < 0.5 * gradient[1:])


def test_the_same_seed_gives_the_same_signal():
    tanh = ACTIVATIONS["tanh"]
    runs = [propagate(tanh.function, tanh.derivative, width=50, samples=50, seed=3).stds for _ in range(2)]
    assert np.array_equal(*runs)


@pytest.mark.parametrize("output", ["softmax", "sigmoid"])
@pytest.mark.parametrize("name", ["sigmoid", "tanh", "gelu", "mish"])
def test_backpropagation_agrees_with_the_difference_quotient(name, output):
    rng = np.random.default_rng(0)
    activation, l2 = ACTIVATIONS[name], 0.1
    features, labels = rng.standard_normal((7, 4)), rng.integers(0, 3, 7)
    layers = networks.initial_layers((4, 5, 5, 3), rng, bias_std=0.5)

    def objective():
        scores = networks.forward(layers, features, activation)[1][-1]
        penalty = l2 / 2 * sum(np.sum(weights**2) for weights, _ in layers)
        return networks.loss(scores, labels, output) + penalty

    analytic = networks.gradients(layers, features, labels, activation, l2, output)
    assert_slopes_of(objective, layers, analytic, rng)


def test_training_learns_the_digits_and_repeats_itself(data):
    runs = [networks.train_dense(data, epochs=8, seed=1) for _ in range(2)]
    assert runs[0].validation_accuracy[-1] > 0.9
    assert np.array_equal(runs[0].train_loss, runs[1].train_loss)
    assert runs[0].gradient_norms.shape == (9, 2)


def test_a_diverging_run_is_recorded_and_not_raised(data):
    with np.errstate(all="raise"):
        run = networks.train_dense(data, epochs=2, learning_rate=1e200)
    assert not np.isfinite(run.train_loss[-1])


def test_the_training_data_are_not_changed(data):
    before = data.x_train.copy()
    networks.train_dense(data, epochs=1)
    assert np.array_equal(data.x_train, before)


@pytest.mark.parametrize("name", ["sigmoid", "tanh", "relu"])
def test_many_networks_have_the_gradients_that_one_has(name):
    rng = np.random.default_rng(0)
    layers = networks.initial_layers((4, 5, 5, 3), rng, bias_std=0.5)
    features, labels = rng.standard_normal((7, 4)), rng.integers(0, 3, 7)
    stack = [array[None] for weights, bias in layers for array in (weights, bias[None])]
    function, derivative = many._QUICK.get(name, (ACTIVATIONS[name].function, ACTIVATIONS[name].derivative))
    found = many._gradients(stack, features[None], labels[None], function, derivative)
    expected = [array for pair in networks.gradients(layers, features, labels, ACTIVATIONS[name]) for array in pair]
    for ours, theirs in zip(found, expected, strict=True):
        assert np.allclose(ours.reshape(theirs.shape), theirs, atol=1e-12)


@pytest.mark.parametrize("optimizer", many.OPTIMIZERS)
def test_a_network_learns_the_same_alone_and_beside_others(data, optimizer):
    together = many.train_many(data, "relu", [0.01, 0.02, 0.01], [1, 1, 1.4], [0, 0, 5], epochs=2, optimizer=optimizer)
    alone = many.train_many(data, "relu", [0.01], [1.4], [5], epochs=2, optimizer=optimizer)
    assert np.allclose(together.accuracy[2], alone.accuracy[0], atol=0.01)
    assert together.accuracy[:, -1].min() > together.accuracy[:, 0].max()
    assert together.accuracy.shape == (3, 3)
    assert together.right.shape == (3, len(data.x_validation))


def test_momentum_is_that_of_the_textbook():
    parameters = [np.zeros((1, 1, 1))]
    step = many._stepper("momentum", parameters, np.full((1, 1, 1), 0.1))
    for _ in range(2):
        step([np.ones((1, 1, 1))])
    assert parameters[0].item() == pytest.approx(-0.1 - 0.19)


def test_the_first_step_of_adam_has_the_length_of_the_rate():
    parameters = [np.zeros((1, 1, 2))]
    many._stepper("adam", parameters, np.full((1, 1, 1), 0.1))([np.array([[[5.0, -0.01]]])])
    assert np.allclose(parameters[0], [[[-0.1, 0.1]]], rtol=1e-5)


def test_depth_stops_the_sigmoid_with_the_usual_weights_but_not_with_larger_ones(data):
    usual, large = (
        accuracy_by_depth(data, "sigmoid", depths=(1, 4), seeds=1, epochs=15, rate=rate, scale=scale)
        for rate, scale in ((0.1, 1), (1, 4))
    )
    assert usual.accuracy[0, 0] > 0.8
    assert usual.accuracy[1, 0] < 0.2
    assert large.accuracy[1, 0] > 0.9
    assert first_gradient_ratio(data) > 5 * first_gradient_ratio(data, scale=4)


def test_a_map_knows_its_best_pair(data):
    found = rate_and_scale(data, "relu", rates=(1e-6, 0.3), scales=(0.01, 1.4), depth=1, seeds=1, epochs=3)
    assert found.best == (0.3, 1.4)
    assert found.mean.shape == (2, 2)


def test_half_of_the_relu_outputs_are_silent_at_the_start():
    samples = np.random.default_rng(1).standard_normal((500, 50))
    silence = silence_at_start(samples, widths=(400, 400))
    assert np.allclose(silence.silent, 0.5, atol=0.03)
    assert silence.by_unit[1].std() > 5 * silence.by_unit[0].std()


def test_a_high_rate_kills_relu_and_spares_leaky_relu(data):
    relu, leaky = (deaths(data, (0.1, 3.0), activation=name, epochs=3, seeds=1) for name in ("relu", "leaky_relu"))
    assert relu.dead[0, 0] < 0.2
    assert relu.dead[1, 0] > 0.9
    assert leaky.dead.max() == 0


def test_a_unit_that_dies_answered_before(data):
    death = a_unit_that_dies(data)
    assert np.mean(death.before > 0) > 0.5
    assert death.after.max() <= 0
    with pytest.raises(LookupError, match="No unit died at rate 1e-06"):
        a_unit_that_dies(data, rate=1e-6, epochs=1)


def test_positive_inputs_give_gradients_of_one_sign_for_one_sample(data):
    assert share_of_one_sign(data, "sigmoid", batch_size=1) == 1
    assert share_of_one_sign(data, "tanh", batch_size=1) < 0.01
    assert share_of_one_sign(data, "sigmoid", batch_size=32) < 1


def test_centred_inputs_shorten_the_way():
    positive, centred = zig_zag(centred=False), zig_zag(centred=True)
    assert centred.steps_needed < positive.steps_needed
    assert centred.length < positive.length / 3


def test_inputs_of_equal_size_and_random_sign_shorten_the_way():
    positive, centered = (walks(centered, count=20) for centered in (False, True))
    assert positive.median > 1.5 * centered.median
    assert positive.condition == pytest.approx(7, rel=0.05)
    assert centered.condition == pytest.approx(1, rel=0.05)


def test_a_walk_ends_where_it_arrives():
    found = walks(centered=True, count=3)
    distance = np.linalg.norm(found.path - found.goal, axis=1)
    assert distance[-1] <= distance[0] / 20
    assert np.all(distance[:-1] > distance[0] / 20)
    lost = walks(centered=False, rates=(1e-6,), count=3, most=50)
    assert np.isinf(lost.steps).all()
    assert len(lost.path) == 51


def test_the_output_of_a_relu_network_is_made_of_straight_pieces():
    pieces = straight_pieces(hidden=(8, 8), points=4001)
    assert straight_pieces(hidden=(8, 8), points=16_001) == pieces
    x = np.linspace(-3, 3, 4001)
    height = _outputs("relu", np.stack([x, 0 * x], axis=1), (8, 8), 0)[1][-1].ravel()
    assert pieces - 1 <= np.sum(np.abs(np.diff(height, 2)) > 1e-9) <= 2 * (pieces - 1)


def test_a_landscape_of_mish_bends_everywhere_and_one_of_relu_at_edges():
    bends = {name: output_landscape(name, size=241).bends for name in ("relu", "mish")}
    relative = {name: np.median(found) / found.max() for name, found in bends.items()}
    assert relative["relu"] < 0.1 < relative["mish"] < 1


@pytest.mark.parametrize("seed", range(3))
def test_more_points_make_a_bend_smaller_but_not_an_edge(seed):
    network = {"hidden": (16, 16), "seed": seed}
    left = {name: sharpest_bend(name, 4001, **network) / sharpest_bend(name, 1001, **network) for name in NINE}
    assert [name for name in NINE if left[name] > 0.5] == ["relu", "leaky_relu", "prelu", "rrelu", "selu"]


def test_the_landscapes_are_told_by_their_sharpest_bends():
    figure = draw_landscapes([output_landscape(name, size=31, hidden=(8, 8)) for name in NINE])
    told = [float(figure.words.split(f"{name} ")[1].split(",")[0].rstrip(".")) for name in ("relu", "swish")]
    assert told[0] > told[1] > 0
    assert len({picture.norm.vmax for ax in figure.axes for picture in ax.images}) == 1


def test_pieces_of_maxout_that_are_never_chosen():
    assert pieces_never_chosen(1, bias_std=3) == 0
    assert pieces_never_chosen(5, bias_std=3) > pieces_never_chosen(5, bias_std=0) >= 0


def test_monotone_does_not_mean_convex():
    left, right, half_way = two_layer_losses()
    assert half_way > (left + right) / 2
    squared, cross_entropy = one_unit_losses()
    assert squared[2] > squared[:2].mean()
    assert cross_entropy[2] <= cross_entropy[:2].mean()


def test_speed_counts_epochs_at_the_best_setting(data):
    easy = epochs_to_reach(0.5, data, "relu", (1e-6, 0.1), (1.4,), seeds=1, hidden=(20,), epochs=4)
    assert easy.settings[easy.best] == (0.1, 1.4)
    assert easy.epochs[0, 0] == np.inf
    assert 1 <= easy.epochs_at_best <= 4


def test_the_error_of_a_difference_adds_two_variances():
    assert error_of_difference(90, 90, 10_000) == pytest.approx(standard_error(90, 10_000) * 2**0.5)


def test_what_two_networks_get_wrong_together_does_not_make_their_difference_uncertain():
    first = np.repeat([True, False], [90, 10])
    assert paired_error(first, first) == 0
    second = np.roll(first, 5)  # five pictures only the one gets wrong, five only the other
    assert paired_error(first, second) == pytest.approx(100 * 0.1**0.5 / 10)


def test_a_percentage_betrays_how_many_pictures_it_is_a_share_of():
    assert share_of(10_112, ["90.5063"]) == [True]
    assert share_of(10_000, ["90.5063", "90.50"]) == [False, True]


def test_the_experiments_import_neither_tensorflow_nor_matplotlib():
    code = """
import importlib, pkgutil, sys
from helpers.lectures.activations import experiments
found = [name for _, name, _ in pkgutil.iter_modules(experiments.__path__, experiments.__name__ + ".")]
for name in found:
    importlib.import_module(name)
print(len(found) > 5, [name for name in ("tensorflow", "keras", "matplotlib") if name in sys.modules])
"""
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert out.strip() == "True []"


def test_training_accepts_pictures_of_any_size():
    rng = np.random.default_rng(0)
    x, y = rng.standard_normal((60, 3)), rng.integers(0, 2, 60)
    run = networks.train_dense(Pictures("toy", x, y, x, y, x, y), hidden=(4,), epochs=1)
    assert run.layers[0][0].shape == (3, 4)
    assert run.layers[1][0].shape == (4, 2)
