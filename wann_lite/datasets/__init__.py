"""Data to learn from: MNIST inside the package, toy sets in the plane, and your own arrays.

>>> load("xor")
Dataset(xor: 800 train, 200 validation, 200 test; 2 inputs, 2 classes)
"""

from .arrays import from_arrays, load_npz
from .catalogue import NAMES, load
from .checks import DataError
from .dataset import Dataset
from .mnist_file import digits, mnist, prepare
from .strokes import rasterise
from .toy import circles, moons, spirals, xor

__all__ = [
    "NAMES",
    "DataError",
    "Dataset",
    "circles",
    "digits",
    "from_arrays",
    "load",
    "load_npz",
    "mnist",
    "moons",
    "prepare",
    "rasterise",
    "spirals",
    "xor",
]
