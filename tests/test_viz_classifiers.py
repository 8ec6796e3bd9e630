"""Figures of classifiers: what stands in them."""

from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import pytest

from wann_lite.viz import classifiers
from wann_lite.viz.style import figure


@pytest.fixture(autouse=True)
def closed() -> Any:
    yield
    plt.close("all")


def words(ax: Any) -> str:
    return "\n".join(text.get_text() for text in ax.texts)


def test_weights_as_images_share_one_scale() -> None:
    _, axes = figure(1, 2)
    drawn = classifiers.draw_weight_images(axes, np.array([[1.0, 0], [0, -3], [0, 0], [0, 0]]), (2, 2))
    assert [ax.get_title() for ax in axes] == ["0", "1"]
    assert axes[1].images[0].get_array().tolist() == [[0, -3], [0, 0]]
    assert {ax.images[0].get_clim() for ax in axes} == {drawn.get_clim()} == {(-3, 3)}


def test_weights_of_zero_can_be_drawn() -> None:
    _, ax = figure()
    assert classifiers.draw_weight_images([ax], np.zeros((4, 1)), (2, 2)).get_clim() == (-1, 1)


def test_random_networks_by_accuracy() -> None:
    _, ax = figure()
    classifiers.draw_random_weights(ax, [0.05, 0.05, 0.2], trained=0.95)
    assert [patch.get_height() for patch in ax.patches[:11]] == [0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 1]
    assert "best of 3:\n20.0 %" in words(ax)
    assert "mean 10.0 %" in words(ax)
    assert "trained:\n95.0 %" in words(ax)


def test_regions_and_points() -> None:
    _, ax = figure()
    classifiers.draw_regions(
        ax, lambda x: np.stack([0 * x[:, 0], x[:, 0]], axis=1), [[-1, 0], [1, 0], [1, 1]], [0, 1, 1]
    )
    assert [len(line.get_xdata()) for line in ax.lines] == [1, 2]
    assert len({line.get_marker() for line in ax.lines}) == 2


def test_a_classifier_that_never_changes_its_mind_has_no_border() -> None:
    _, ax = figure()
    classifiers.draw_regions(ax, lambda x: np.array([[0.0, 5.0]] * len(x)), [[0, 0]], [1])
    assert len(ax.collections) == 1


def test_the_timeline_names_every_network() -> None:
    _, ax = figure()
    classifiers.draw_timeline(ax, {"our single layer": 2570})
    said = words(ax)
    for line in ("LSTM, 1997", "LeNet-5, 1998", "AlexNet, 2012", "ResNet-152, 2015", "our single layer: 2,570"):
        assert line in said


def test_the_counts_of_the_timeline() -> None:
    sizes = {name: size for _, name, _, size in classifiers.DEEP_NETWORKS}
    units = 4 + 4 + 4  # memory cells, input gates, output gates
    assert sizes["LSTM"] == units * (7 + units) + 4 * 7 + 8
    convolutions = 6 * 26 + (60 * 25 + 16) + 120 * (16 * 25 + 1)
    assert sizes["LeNet-5"] == convolutions + 2 * 6 + 2 * 16 + 84 * 121
