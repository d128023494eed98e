"""Writes trees and calibration as one ONNX graph: vectors [rows, n] -> margin [rows, 1] and probability [rows, 1], all float32."""

import json
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import onnx
import xgboost as xgb
from onnx import TensorProto, helper

from .fit import Calibration

INPUT, MARGIN, PROBABILITY = "vectors", "margin", "probability"
OPSETS = (helper.make_opsetid("", 17), helper.make_opsetid("ai.onnx.ml", 3))
IR_VERSION = 8


@dataclass
class _Nodes:
    """Attributes of a TreeEnsembleRegressor, one entry a node or a leaf."""

    nodes: dict[str, list[Any]] = field(default_factory=dict)
    leaves: dict[str, list[Any]] = field(default_factory=dict)

    def add_node(self, **values: Any) -> None:
        for name, value in values.items():
            self.nodes.setdefault(f"nodes_{name}", []).append(value)

    def add_leaf(self, **values: Any) -> None:
        for name, value in values.items():
            self.leaves.setdefault(f"target_{name}", []).append(value)


def trees_of(booster: xgb.Booster) -> list[dict[str, Any]]:
    """XGBoost's own JSON of each tree. A leaf has no left child, and its value in `split_conditions`."""
    model = json.loads(bytes(booster.save_raw("json")))
    return model["learner"]["gradient_booster"]["model"]["trees"]


def _add_tree(nodes: _Nodes, tree_id: int, tree: dict[str, Any]) -> None:
    for node_id, left in enumerate(tree["left_children"]):
        is_leaf = left == -1
        value = float(np.float32(tree["split_conditions"][node_id]))
        nodes.add_node(
            treeids=tree_id,
            nodeids=node_id,
            featureids=0 if is_leaf else tree["split_indices"][node_id],
            # XGBoost goes left when x < threshold, both float32.
            modes="LEAF" if is_leaf else "BRANCH_LT",
            values=0.0 if is_leaf else value,
            truenodeids=0 if is_leaf else left,
            falsenodeids=0 if is_leaf else tree["right_children"][node_id],
            missing_value_tracks_true=0 if is_leaf else int(tree["default_left"][node_id]),
            # How much of the training data came by, without which no score can be explained.
            hitrates=float(np.float32(tree["sum_hessian"][node_id])),
        )
        if is_leaf:
            nodes.add_leaf(treeids=tree_id, nodeids=node_id, ids=0, weights=value)


def to_onnx(booster: xgb.Booster, calibration: Calibration) -> bytes:
    nodes = _Nodes()
    for tree_id, tree in enumerate(trees_of(booster)):
        _add_tree(nodes, tree_id, tree)
    trees = helper.make_node(
        "TreeEnsembleRegressor",
        [INPUT],
        [MARGIN],
        domain="ai.onnx.ml",
        n_targets=1,
        aggregate_function="SUM",
        post_transform="NONE",
        base_values=[0.0],
        **nodes.nodes,
        **nodes.leaves,
    )
    graph = helper.make_graph(
        [
            trees,
            helper.make_node("Mul", [MARGIN, "a"], ["scaled"]),
            helper.make_node("Add", ["scaled", "b"], ["log_odds"]),
            helper.make_node("Sigmoid", ["log_odds"], [PROBABILITY]),
        ],
        "trees, calibration",
        [helper.make_tensor_value_info(INPUT, TensorProto.FLOAT, ["rows", booster.num_features()])],
        [helper.make_tensor_value_info(name, TensorProto.FLOAT, ["rows", 1]) for name in (MARGIN, PROBABILITY)],
        [helper.make_tensor(name, TensorProto.FLOAT, [1], [value]) for name, value in (("a", calibration.a), ("b", calibration.b))],
    )
    model = helper.make_model(graph, producer_name="holdfast-training", opset_imports=OPSETS, ir_version=IR_VERSION)
    onnx.checker.check_model(model, full_check=True)
    return model.SerializeToString(deterministic=True)
