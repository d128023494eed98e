"""Fits a model on vectors that the TypeScript core computed, calibrates it and exports it as one ONNX graph.

Nothing here derives, scales, imputes or reorders an input: a vector is used as the live scorer would have used it.
"""
