"""The fair opponent: a single layer trained on the same 16x16 deskewed images.

Usage: python benchmarks/single_layer.py

The learning rate is chosen on validation images; the test images are looked at once for each of five seeds.
"""

import argparse
import time

import numpy as np

import wann_lite as wl
from wann_lite.losses import accuracy
from wann_lite.perceptron import train_single_layer

RATES = (0.1, 0.3, 1.0, 3.0, 10.0)


def train(digits, learning_rate, seed):
    """The classifier after its training."""
    rng = np.random.default_rng(seed)
    return train_single_layer(digits.x_train, digits.y_train, digits.n_classes, rng, learning_rate=learning_rate)


def main():
    """Choose the learning rate, train five times, print the accuracies."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.parse_args()
    digits = wl.datasets.mnist()
    validation = [accuracy(train(digits, rate, seed=0)(digits.x_validation), digits.y_validation) for rate in RATES]
    best = RATES[int(np.argmax(validation))]
    for rate, value in zip(RATES, validation, strict=True):
        print(f"learning rate {rate:4}: {value:.2%} on validation images")

    started = time.perf_counter()
    tests = [accuracy(train(digits, best, seed)(digits.x_test), digits.y_test) for seed in range(1, 6)]
    seconds = (time.perf_counter() - started) / len(tests)
    print(f"learning rate {best}, five seeds: {', '.join(f'{test:.2%}' for test in tests)} on test images")
    print(f"mean {np.mean(tests):.2%}, {digits.n_inputs * 10 + 10:,} weights, {seconds:.1f} s each")


if __name__ == "__main__":
    main()
