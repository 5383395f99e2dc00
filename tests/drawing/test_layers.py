"""The figure of signal and gradient says in words what it draws, whatever it is given."""

from helpers.drawing.layers import draw_layers
from helpers.drawing.style import ACTIVATION_LOOKS
from helpers.neural.activations import ACTIVATIONS
from helpers.neural.signal import propagate


def signal_of(name, **options):
    activation = ACTIVATIONS[name]
    return propagate(activation.function, activation.derivative, depth=4, width=30, samples=20, **options)


def test_the_words_hold_the_numbers_that_are_drawn():
    signal = signal_of("tanh")
    words = draw_layers({"tanh": signal}).words
    assert "layers 1 to 4" in words
    for value in (signal.stds[0], signal.stds[-1], signal.gradient_stds[0], signal.gradient_stds[-1]):
        assert f"{value:.2g}" in words


def test_other_numbers_give_other_words():
    assert draw_layers({"a": signal_of("tanh")}).words != draw_layers({"a": signal_of("tanh", weight_scale=3)}).words


def test_an_activation_has_its_own_color_whatever_its_place():
    for names in (("relu", "sigmoid"), ("sigmoid", "relu")):
        figure = draw_layers({name: signal_of(name) for name in names})
        drawn = {line.get_label(): line.get_color() for line in figure.axes[0].lines}
        assert {name: drawn[name] for name in names} == {name: ACTIVATION_LOOKS[name]["color"] for name in names}


def test_what_is_no_activation_is_told_apart_by_its_place():
    figure = draw_layers({"small weights": signal_of("tanh"), "large weights": signal_of("tanh", weight_scale=3)})
    assert len({line.get_color() for line in figure.axes[0].lines[:2]}) == 2
