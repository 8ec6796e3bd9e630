"""The page of results shows the table that `benchmarks/ablations_informed.py` makes, and its variants differ."""

from collections.abc import Callable
from types import ModuleType
from typing import Any, NamedTuple

import numpy as np
import pytest

from wann_lite import SearchConfig, datasets, foresight, survey
from wann_lite.informed import Connect, Disconnect, Grow, Switch
from wann_lite.network import Network


@pytest.fixture(scope="module")
def ablations(script: Callable[[str], ModuleType]) -> Any:
    """The script as a module."""
    return script("ablations_informed")


def test_what_ran_ran_with_every_seed_for_the_same_time(ablations: Any) -> None:
    records = ablations.read()
    ran = {record["variant"] for record in records}
    assert "nothing" in ran <= {*ablations.VARIANTS, *ablations.GONE} and len(ran) > 10
    for seconds in {record["seconds"] for record in records}:
        of_length = [record for record in records if record["seconds"] == seconds]
        for name in {"nothing", *(record["variant"] for record in of_length)}:
            assert sorted(record["seed"] for record in of_length if record["variant"] == name) == [0, 1, 2]


def test_every_variant_differs_from_the_preset(ablations: Any) -> None:
    (whole, *others) = ablations.VARIANTS.values()
    assert whole == ("informed", {}, None)
    base = SearchConfig.preset("informed")
    for preset, changes, replaced in others:
        assert replaced is not None or SearchConfig.preset(preset, **changes) != base


def test_the_page_shows_the_table_of_the_results(ablations: Any) -> None:
    page = ablations.PAGE.read_text(encoding="utf-8")
    (shown,) = ablations.place("informed").findall(page)
    assert shown == ablations.page(ablations.read())


NETWORK = Network(
    256,
    10,
    ["linear"] * 10 + ["linear", "linear", "abs", "linear", "inverse"],
    # pixels - two relays - a feature - two relays - outputs
    [(100, 267), (101, 268), (267, 269), (268, 269), (269, 270), (269, 271), (270, 257), (271, 258)],
)


def proposed(kind: type[survey.Survey]) -> list[Any]:
    """All that a survey of that kind would have done to a small network in step."""
    digits, rng = datasets.mnist(), np.random.default_rng(0)
    x, labels = digits.x_train[:500], digits.y_train[:500]
    found = kind(NETWORK, x, labels, 1.0, 1.0, rng, digits.image_shape)
    proposals = []
    while (proposal := found.draw(rng)) is not None:
        proposals.append(proposal)
    return proposals


def test_what_a_kind_of_survey_leaves_out_is_left_out(ablations: Any) -> None:
    def of(kind: type, proposals: list[Any]) -> list[Any]:
        return [proposal for proposal in proposals if isinstance(proposal, kind)]

    def wide(proposals: list[Any]) -> list[Any]:
        """New nodes that hear inputs farther apart than any patch is high."""
        pixels = [[pixel for pixel, _ in grow.hears] for grow in of(Grow, proposals)]
        return [hears for hears in pixels if max(hears) - min(hears) >= 4 * 16]

    whole = proposed(survey.Survey)
    assert of(Connect, whole) and of(Disconnect, whole) and of(Grow, whole) and not wide(whole)
    assert not of(Disconnect, proposed(ablations.WithoutRemovals))
    assert wide(proposed(ablations.WithoutPatches))
    in_no_order = proposed(ablations.WithoutForesight)
    assert {type(proposal) for proposal in in_no_order} == {type(proposal) for proposal in whole}
    assert in_no_order[:20] != whole[:20]


def test_without_second_derivatives_the_first_are_the_same(ablations: Any) -> None:
    digits = datasets.mnist()
    given = NETWORK, digits.x_train[:50], digits.y_train[:50], 1.0, 1.0
    whole, part = survey.credit(*given), ablations.slopes_alone(*given)
    assert np.array_equal(whole.slopes, part.slopes) and np.array_equal(whole.slopes_out, part.slopes_out)
    assert whole.curvatures.any() and not part.curvatures.any() and not part.curvatures_out.any()


class Named(NamedTuple):
    """As much of a network as a search knows it by here."""

    name: str


def test_adaptive_shares_follow_what_wins(ablations: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """One kind of proposal gives the leader of every generation; it comes to be drawn most, each other a little."""
    kinds = [Connect, Disconnect, Grow, Switch]
    adaptive = ablations.Adaptive(None, SearchConfig.preset("informed"), None, None)

    def of_parent(self: Any, network: Named) -> tuple[Named, tuple[()]]:
        self._kind = kinds[len(self._children) % 4]
        return Named(f"{network.name}, {self._kind.__name__}"), ()

    monkeypatch.setattr(foresight.Foresight, "varied", of_parent)
    leader = Named("founder")
    for _ in range(200):
        children = [adaptive.varied(leader)[0] for _ in range(8)]
        leader = children[6]
    shares = adaptive.shares()
    assert sum(shares.values()) == pytest.approx(1)
    assert shares[Grow] > 0.75 and all(0.05 < shares[kind] < 0.1 for kind in kinds if kind is not Grow)
