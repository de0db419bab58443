"""What does a source build cost? Measured, scaled from a measured release, or modelled."""

from wheelcheck.costs.features import BuildFeatures, read_features
from wheelcheck.costs.model import BuildCost, Estimate, total
from wheelcheck.costs.prediction import predict

__all__ = ["BuildCost", "BuildFeatures", "Estimate", "predict", "read_features", "total"]
