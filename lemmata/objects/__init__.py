"""The objects of feature-learning theory as small values: frames, targets, activations, networks, and laws of data.

Each is a frozen description (a few integers, exact numbers, perhaps a seed) whose ``repr`` evaluates back to it; NumPy arrays are
built from it on demand, in double precision. ``lemmata.strategies`` draws them for property-based tests.
"""

from lemmata.objects.activations import Activation
from lemmata.objects.description import Sample
from lemmata.objects.dictionaries import DictionaryLaw
from lemmata.objects.frames import Frame, gaussian_inputs
from lemmata.objects.mixtures import GaussianMixture
from lemmata.objects.networks import GaussianNetwork, Network, Parameters, TwoLayerNetwork
from lemmata.objects.polynomials import MultiIndexPolynomial
from lemmata.objects.tasks import HalfspaceTasks, OrthantTasks, TaskLaw

__all__ = [
    "Activation",
    "DictionaryLaw",
    "Frame",
    "GaussianMixture",
    "GaussianNetwork",
    "HalfspaceTasks",
    "MultiIndexPolynomial",
    "Network",
    "OrthantTasks",
    "Parameters",
    "Sample",
    "TaskLaw",
    "TwoLayerNetwork",
    "gaussian_inputs",
]
