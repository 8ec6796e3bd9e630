"""Searches that race, with a clock that counts: turns, measurements, the picture, and the widget."""

import itertools
import sys
import threading
from typing import Any

import numpy as np
import pytest

import wann_lite as wl
from wann_lite import datasets
from wann_lite.scoring import RANDOM_WEIGHTS
from wann_lite.tasks import Classification
from wann_lite.viz import live_race as module
from wann_lite.viz import race as race_module
from wann_lite.viz.live_race import LiveRace, live_race
from wann_lite.viz.plots import accuracy_by_weight
from wann_lite.viz.race import Race, draw_race

pytest.importorskip("ipywidgets")
pytest.importorskip("matplotlib")

SMALL = wl.SearchConfig(population=16, batch=100, first_batch=100, initial_connections=0.5)
TWO = {"plain": SMALL.replace(scale_free=False), "scale-free": SMALL}
XOR = Classification(datasets.xor(200))


@pytest.fixture
def ticking(monkeypatch: pytest.MonkeyPatch) -> None:
    """A second of processor time for every look at the clock, so that a generation takes one."""
    ticks = itertools.count()
    monkeypatch.setattr(race_module.time, "thread_time", lambda: float(next(ticks)))


@pytest.fixture(autouse=True)
def _no_race_stays() -> Any:
    yield
    for widget in list(module._ALL):
        widget.stop()
        widget.wait()


def endless() -> tuple[LiveRace, threading.Event]:
    """A race that somebody has to stop, and what is set at its first picture."""
    widget, seen = live_race(XOR, TWO), threading.Event()
    widget._image.observe(lambda _: seen.set(), "value")
    return widget, seen


# --- the race


def test_searches_take_turns_of_equal_length(ticking: None) -> None:
    race = Race(XOR, TWO)
    race.advance(3)
    race.advance(2)
    for racer in race.racers.values():
        assert racer.search.generation == 4  # five steps, the first makes the founders
        assert racer.seconds == [3, 5]
    assert race.seconds == 5


def test_who_took_longer_waits(ticking: None) -> None:
    race = Race(XOR, TWO)
    race.racers["plain"].worked = 10.0
    race.advance(2)
    assert race.racers["scale-free"].search.generation == 1
    assert race.racers["plain"].search.generation == 0  # the founders are needed to be measured


def test_leaders_are_measured_on_validation_examples_at_random_weights(ticking: None) -> None:
    race = Race(XOR, TWO, examples=50)
    race.advance(4)
    for racer in race.racers.values():
        losses = [float(individual.losses.mean()) for individual in racer.search.population]
        assert racer.leader is racer.search.population[int(np.argmin(losses))].network
        x, y = XOR.dataset.x_validation[:50], XOR.dataset.y_validation[:50]
        np.testing.assert_array_equal(racer.accuracies[-1], accuracy_by_weight(racer.leader, x, y, RANDOM_WEIGHTS))


def test_the_leader_is_whom_the_search_ranks_first(ticking: None) -> None:
    """That is not always the one with the least loss: connections may have a price."""
    race = Race(XOR, TWO | {"informed": SMALL.replace(survey=50)})
    race.advance(4)
    racer = race.racers["informed"]
    sizes = [individual.network.n_connections for individual in racer.search.population]
    for price in (0.0, 1e6):
        racer.search._foresight.price = price
        assert racer.leader is racer.search._ranked()[0].network
        assert (racer.leader.n_connections == min(sizes)) == (price > 0)


def test_a_race_changes_nothing_but_how_often_validation_examples_are_looked_at(ticking: None) -> None:
    race = Race(XOR, TWO, seed=3)
    race.advance(11)
    alone = wl.Search(XOR, SMALL, seed=3)
    list(alone.run(generations=10))  # and the founders
    networks = [individual.network for individual in race.racers["scale-free"].search.population]
    assert networks == [individual.network for individual in alone.population]


def test_stopped_means_at_once(ticking: None) -> None:
    race = Race(XOR, TWO)
    race.advance(100, stopped=lambda: True)
    assert [racer.search.generation for racer in race.racers.values()] == [0, 0]
    assert [len(racer.accuracies) for racer in race.racers.values()] == [1, 1]


@pytest.mark.parametrize("n", [0, 1, 4])
def test_a_race_has_two_or_three(n: int) -> None:
    with pytest.raises(ValueError, match=f"{n} searches: a race has 2 or 3"):
        Race(XOR, {str(i): SMALL for i in range(n)})


def test_before_it_begins_there_is_nothing_to_see() -> None:
    race = Race(XOR, TWO)
    assert race.caption == "the first turn is on its way"
    with pytest.raises(ValueError, match="nothing has been measured yet"):
        draw_race(race)
    with pytest.raises(ValueError, match="has not begun"):
        _ = race.racers["plain"].leader


def test_the_picture_has_a_line_and_a_band_for_each(ticking: None) -> None:
    race = Race(XOR, TWO)
    race.advance(2)
    race.advance(2)
    fig, alt = draw_race(race)
    left, right = fig.axes
    assert [text.get_text() for text in left.get_legend().get_texts()] == ["plain", "scale-free"]
    assert len(left.collections) == 2
    for line, racer in zip(left.lines, race.racers.values(), strict=False):
        np.testing.assert_allclose(line.get_xdata(), [2, 4])
        np.testing.assert_allclose(line.get_ydata(), [100 * shares.mean() for shares in racer.accuracies])
    np.testing.assert_allclose(right.lines[0].get_ydata(), 100 * race.racers["plain"].accuracies[-1])
    assert "After 4.0 seconds each: plain " in alt and "; scale-free " in alt


# --- the widget


def test_it_runs_to_the_end_and_shows_itself(capsys: pytest.CaptureFixture[str], ticking: None) -> None:
    widget = live_race(XOR, TWO, seed=2)
    assert widget.state == "ready" and "Press Start to race with seed 2" in widget._line.value
    champions = widget.run(seconds=3)
    assert list(champions) == list(TWO)
    assert widget.state == "ended" and widget.race.seconds == 3
    assert champions["plain"] == widget.race.racers["plain"].search.champion
    assert widget._image.value.startswith("<img src=") and "scale-free" in widget._image.value
    assert (widget._start.disabled, widget._stop.disabled) == (False, True)
    widget.show()
    assert "3.0 seconds each" in capsys.readouterr().out


def test_buttons_start_and_stop_it() -> None:
    widget, seen = endless()
    widget._start.click()
    assert seen.wait(60)
    assert (widget._start.disabled, widget._stop.disabled) == (True, False)
    assert "Press Start" not in widget._line.value
    widget._stop.click()
    widget.wait()
    assert widget.state == "ended" and "Ended: " in widget._line.value


def test_a_race_that_runs_is_not_started_again() -> None:
    widget, _ = endless()
    widget.start()
    with pytest.raises(RuntimeError, match="stop it first"):
        widget.start()


def test_run_takes_the_place_of_a_race_that_runs() -> None:
    widget, _ = endless()
    widget.start()
    first = widget.race
    widget.run(seconds=0.01)
    assert widget.state == "ended" and widget.race is not first


def test_another_race_stops_it() -> None:
    widget, seen = endless()
    widget.start()
    assert seen.wait(60)
    other, _ = endless()
    other.start()
    widget.wait()
    assert widget.state == "ended"
    assert other.state == "running"


def test_the_seed_is_told_and_used(ticking: None) -> None:
    widget = live_race(XOR, TWO)
    for seed in (widget._seed.min, widget._seed.max, 7):
        widget._seed.value = seed
        assert f"seed {seed}." in widget._line.value
    widget.run(seconds=1)
    assert [racer.search.seed for racer in widget.race.racers.values()] == [7, 7]


def test_an_error_ends_it_and_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(self: Any) -> None:
        raise MemoryError("no room <here>")

    monkeypatch.setattr(wl.Search, "step", fail)
    widget = live_race(XOR, TWO)
    with pytest.raises(MemoryError):
        widget.run(seconds=1)
    assert widget.state == "failed"
    assert "MemoryError: no room &lt;here&gt;" in widget._line.value
    assert not widget._start.disabled


@pytest.mark.parametrize("seconds", [0, -1, float("nan")])
def test_seconds_are_above_zero(seconds: float) -> None:
    with pytest.raises(ValueError, match="seconds is"):
        live_race(XOR, TWO).run(seconds)


def test_there_is_no_picture_before_the_first() -> None:
    with pytest.raises(ValueError, match="no picture yet"):
        live_race(XOR, TWO).show()


def test_without_ipywidgets_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ipywidgets", None)
    with pytest.raises(ImportError, match="ipywidgets"):
        live_race(XOR, TWO)
