"""A Keras model as plain data: its layers' configurations and weight arrays.

What a layer says of itself is a claim like any other value. It is read and computed with outside, by
`helpers.judging.networks`; no layer of a submission runs there.
"""

from __future__ import annotations

import json
import sys

import numpy as np

CHAIN, GRAPH, OWN_CLASS = "chain", "graph", "own class"


def described(value):
    """A Keras model as a dict of plain values; anything else as it is.

    `keras_model` says whether the model is a chain of layers, another graph, or a class of its own; `layers` lists, for
    a chain from input to output, each layer's class, configuration and weights.
    """
    keras = sys.modules.get("keras")
    if keras is None or not isinstance(keras.Model, type) or not isinstance(value, keras.Model):
        return value
    kind = _kind(value, keras)
    layers = [_layer(layer, keras) for layer in value.layers] if kind == CHAIN else []
    return {"keras_model": kind, "layers": layers}


def _kind(model, keras) -> str:
    if isinstance(model, keras.Sequential):
        return CHAIN
    config = model.get_config()
    if "layers" not in config or "output_layers" not in config:
        return OWN_CLASS
    before = None
    for layer in config["layers"]:
        if _sources(layer["inbound_nodes"]) != ([] if before is None else [before]):
            return GRAPH
        before = layer["name"]
    return CHAIN if _names(config["output_layers"]) == [before] else GRAPH


def _sources(inbound_nodes) -> list[str]:
    """The names of the layers whose outputs go into this one, once for each time that they do."""
    if isinstance(inbound_nodes, dict):
        if "keras_history" in inbound_nodes:
            return [inbound_nodes["keras_history"][0]]
        inbound_nodes = list(inbound_nodes.values())
    if isinstance(inbound_nodes, list | tuple):
        return [name for item in inbound_nodes for name in _sources(item)]
    return []


def _names(output_layers) -> list[str]:
    # One output is written ["name", 0, 0], several as a list of those.
    several = bool(output_layers) and isinstance(output_layers[0], list | tuple)
    return [layer[0] for layer in (output_layers if several else [output_layers])]


def _layer(layer, keras) -> dict:
    name = type(layer).__name__
    known = getattr(keras.layers, name, None) is type(layer)
    # By way of JSON, because a configuration may hold objects; as text they are claims that fit nothing.
    config = json.loads(json.dumps(layer.get_config(), default=repr))
    return {
        "class": name if known else f"{name} (your own)",
        "config": config,
        "weights": [np.asarray(array) for array in layer.get_weights()],
    }
