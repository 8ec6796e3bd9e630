"""A search to watch, without a browser: it runs, pauses, stops, fails and starts again, and keeps its champion."""

import io
import sys
import threading
from typing import Any

import matplotlib.image
import numpy as np
import pytest

import wann_lite as wl
from wann_lite import datasets
from wann_lite.search import Search
from wann_lite.tasks import Classification
from wann_lite.viz import live, search_thread
from wann_lite.viz.live import LiveSearch, live_search
from wann_lite.viz.search_picture import SearchPicture, Snapshot
from wann_lite.viz.search_plots import measure_sides
from wann_lite.viz.search_settings import POOLS, SettingsPanel
from wann_lite.viz.search_thread import Painter, SearchThread

pytest.importorskip("ipywidgets")
pytest.importorskip("matplotlib")

PATIENCE = 60
SMALL = {"population": 24, "batch": 100, "first_batch": 100, "initial_connections": 0.5, "validate_every": 5}


def xor(**changes: Any) -> tuple[Classification, wl.SearchConfig]:
    return Classification(datasets.xor(200)), wl.SearchConfig(**SMALL | changes)


def endless() -> LiveSearch:
    """A search that somebody has to stop."""
    return live_search(*xor())


def ended(generations: int = 6, **changes: Any) -> LiveSearch:
    widget = live_search(*xor(generations=generations, **changes))
    widget.start()
    assert widget.wait(PATIENCE)
    return widget


def until_first_picture(widget: LiveSearch) -> None:
    seen = threading.Event()
    widget._image.observe(lambda change: seen.set(), "value")
    widget.start()
    assert seen.wait(PATIENCE)


@pytest.fixture(autouse=True)
def _no_search_stays() -> Any:
    yield
    for widget in list(live._ALL):
        widget.stop()
        assert widget.wait(PATIENCE)


# --- the thread


def test_it_finds_what_the_same_search_finds_alone() -> None:
    alone = Search(*xor())
    records = list(alone.run(generations=20))
    widget = ended(20)
    assert widget._thread is not None and widget.search is not None
    assert widget.champion == alone.champion
    assert [record.loss for record in widget._thread.history] == [record.loss for record in records]
    assert widget.lineage == alone.lineage


def test_pause_waits_and_continue_goes_on() -> None:
    widget = endless()
    until_first_picture(widget)
    widget.pause()
    assert widget._thread is not None and widget._thread.wait_until_paused(PATIENCE)
    assert widget.state == "paused"
    assert widget.champion is not None and widget.lineage is not None
    assert widget.search is not None and widget.champion == widget.search.champion
    reached = widget.search.generation
    assert not widget.wait(0.01)
    assert widget.search.generation == reached
    widget.resume()
    widget.stop()
    assert widget.wait(PATIENCE)
    assert widget.state == "ended"
    assert widget.search.generation > reached


def test_a_search_that_pauses_can_be_stopped() -> None:
    widget = endless()
    until_first_picture(widget)
    widget.pause()
    assert widget._thread is not None and widget._thread.wait_until_paused(PATIENCE)
    widget.stop()
    assert widget.wait(PATIENCE)
    assert widget.state == "ended"


def test_stop_is_heard_even_before_the_first_generation() -> None:
    thread = SearchThread(Search(*xor()))
    thread.stop()
    thread.start()
    assert thread.join(PATIENCE)
    assert thread.champion is not None


def test_a_new_start_keeps_the_champion_of_before() -> None:
    widget = ended()
    first = widget.champion
    widget.settings.seed.value = 5
    widget.start()
    assert widget.wait(PATIENCE)
    assert widget.champions[0] is first
    assert len(widget.champions) == 2
    assert widget.champion is not None and widget.champion.found is not None and widget.champion.found["seed"] == 5
    assert "seed 5" in widget.settings.told


def test_an_error_is_shown_and_the_champion_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    step = Search.step

    def breaks_at_7(search: Search) -> Any:
        if search.generation == 7:
            raise MemoryError("no room")
        return step(search)

    monkeypatch.setattr(Search, "step", breaks_at_7)
    widget = endless()
    widget.start()
    assert widget.wait(PATIENCE)
    assert widget.state == "failed"
    assert "MemoryError: no room" in widget._line.value
    assert widget.champion is not None and widget.lineage is not None
    assert not widget._start.disabled
    assert widget._pause.disabled and widget._stop.disabled
    with pytest.raises(MemoryError, match="no room"):
        widget.run(seconds=60)
    assert len(widget.champions) == 2


def test_run_ends_by_itself_and_returns_the_champion() -> None:
    widget = endless()
    champion = widget.run(seconds=0.05)
    assert widget.state == "ended"
    assert champion is widget.champion


def test_a_run_of_so_many_generations_ends_there() -> None:
    widget = endless()
    champion = widget.run(generations=7)
    assert widget.search is not None and widget.search.generation == 7
    assert endless().run(generations=7) == champion
    with pytest.raises(ValueError, match="generations is 0"):
        widget.run(generations=0)
    assert widget.champion is champion


def test_an_interrupted_run_stops_the_search(monkeypatch: pytest.MonkeyPatch) -> None:
    widget = endless()
    wait = widget.wait

    def interrupted(seconds: float | None = None) -> bool:
        if seconds == 60:
            raise KeyboardInterrupt
        return wait(seconds)

    monkeypatch.setattr(widget, "wait", interrupted)
    with pytest.raises(KeyboardInterrupt):
        widget.run(seconds=60)
    assert widget.state == "ended"
    assert widget.champion is not None


def test_starting_another_pauses_the_first() -> None:
    first, second = endless(), endless()
    until_first_picture(first)
    second.start()
    assert first._thread is not None and first._thread.wait_until_paused(PATIENCE)
    assert first.state == "paused" and second.state in ("ready", "running")


def test_it_cannot_be_started_twice_at_once() -> None:
    widget = endless()
    widget.start()
    with pytest.raises(RuntimeError, match="has not ended: stop it first"):
        widget.start()
    thread = ended()._thread
    assert thread is not None
    with pytest.raises(RuntimeError, match="started before"):
        thread.start()


def test_before_the_first_generation_there_is_nothing() -> None:
    widget = endless()
    assert (widget.state, widget.champion, widget.lineage, widget.search, widget.error) == ("ready",) + (None,) * 4
    assert widget.wait(0)
    assert not SearchThread(Search(*xor())).join(0)
    widget.pause()
    widget.resume()
    widget.stop()
    with pytest.raises(ValueError, match="no picture yet"):
        widget.show()


def test_what_cannot_be_searched_is_refused_at_once() -> None:
    with pytest.raises(ValueError, match="not a task"):
        live_search(datasets.xor(200))  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="the seed"):
        live_search(xor()[0], seed=-1)


@pytest.mark.parametrize("hidden", ["ipywidgets", "matplotlib"])
def test_a_missing_package_is_one_clear_line(hidden: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, hidden, None)
    with pytest.raises(ImportError, match=rf'^a[\w ]+ needs {hidden}: pip install "wann_lite\[course\]"$'):
        endless()


# --- buttons


def test_the_buttons_do_what_they_say() -> None:
    widget = endless()
    assert (widget._start.disabled, widget._pause.disabled, widget._stop.disabled) == (False, True, True)
    widget._start.click()
    assert (widget._start.disabled, widget._pause.disabled, widget._stop.disabled) == (True, False, False)
    widget._pause.click()
    assert widget._thread is not None and widget._thread.wait_until_paused(PATIENCE)
    widget._show_state()
    assert widget._pause.description == "Continue"
    widget._pause.click()
    widget._stop.click()
    assert widget.wait(PATIENCE)
    assert (widget._start.disabled, widget._pause.disabled, widget._stop.disabled) == (False, True, True)
    assert widget._pause.description == "Pause"
    assert widget._line.value.startswith("<span>Ended, generation ")


def test_a_bad_setting_is_a_line_and_no_search() -> None:
    widget = endless()
    widget.settings.population.value = 1
    widget._start.click()
    assert "population is 1" in widget.settings.told
    assert widget.state == "ready"
    with pytest.raises(ValueError, match="population is 1"):
        widget.start()


# --- settings


@pytest.mark.parametrize(
    ("control", "value", "told"),
    [
        ("population", 0, "population is 0"),
        ("tournament", -1, "tournament is -1"),
        ("seed", -1, "the seed is -1"),
        ("weights", "", "the shared weights hold &#x27;&#x27;"),
        ("weights", "1, two", "the shared weights hold &#x27;two&#x27;: write numbers"),
        ("weights", "nan", "weights"),
    ],
)
def test_what_is_wrong_is_told_in_a_line(control: str, value: Any, told: str) -> None:
    panel = SettingsPanel(wl.SearchConfig(), 0)
    getattr(panel, control).value = value
    assert told in panel.told and "color" in panel.told
    with pytest.raises(ValueError):
        panel.read()


def test_every_control_at_its_ends_changes_the_settings() -> None:
    panel = SettingsPanel(wl.SearchConfig.preset("plane"), 3)
    assert panel.read() == (wl.SearchConfig.preset("plane"), 3)
    assert panel.told == "<span>Next search: preset plane, seed 3</span>"
    for kind, slider in panel.rates.items():
        for value in (slider.max, slider.min):
            slider.value = value
            assert panel.read()[0].rates[kind] == value
        slider.value = 0.5
    for value in (0.0, 1.0):
        panel.by_size.value = value
        assert panel.read()[0].complexity_ranking == value
    for name, pool in POOLS.items():
        panel.activations.value = name
        assert panel.read()[0].activations == (pool or wl.SearchConfig.preset("plane").activations)
    assert "rate of insert_node = 0.5" in panel.told
    panel.weights.value = "−1, 1.5"
    assert panel.read()[0].weights == (-1.0, 1.5)
    assert "weights = [-1.0, 1.5]" in panel.told
    for preset in panel.preset.options:
        panel.preset.value = preset
        assert panel.read()[0] == wl.SearchConfig.preset(preset)


def test_no_rate_at_all_is_told() -> None:
    panel = SettingsPanel(wl.SearchConfig(), 0)
    for slider in panel.rates.values():
        slider.value = 0
    assert "at least one rate must be greater than 0" in panel.told


def test_what_does_not_count_for_informed_mutations_is_greyed() -> None:
    panel = SettingsPanel(wl.SearchConfig(), 0)
    blind = [panel.tournament, panel.activations, panel.by_size, *panel.rates.values()]
    assert not any(control.disabled for control in blind)
    panel.preset.value = "informed"
    assert all(control.disabled for control in blind)
    assert not any(control.disabled for control in (panel.population, panel.weights, panel.seed))
    assert panel.read() == (wl.SearchConfig.preset("informed"), 0)
    assert "preset informed, seed 0; mutations are those that derivatives of the loss propose" in panel.told
    panel.preset.value = "fast"
    assert not any(control.disabled for control in blind)
    # Where several live on, a tournament decides who has children.
    own = SettingsPanel(wl.SearchConfig(survey=100), 0)
    assert own.by_size.disabled and not own.tournament.disabled


def test_settings_of_ones_own_are_the_first_choice() -> None:
    own = wl.SearchConfig(population=30, max_connections=7)
    panel = SettingsPanel(own, 0)
    assert panel.preset.value == "as given"
    assert panel.read()[0] == own


# --- pictures


def pixels(png: bytes) -> Any:
    return matplotlib.image.imread(io.BytesIO(png), format="png")


def snapshot_of(name: str, generations: int = 12) -> tuple[Any, Snapshot, Search]:
    dataset = datasets.load(name)
    search = Search(Classification(dataset), wl.SearchConfig(**SMALL), seed=0)
    history = list(search.run(generations=generations))
    return dataset, Snapshot.of(history, search.population, search.champion), search


@pytest.mark.parametrize("name", ["circles", "spirals", "digits", "xor"])
def test_each_kind_of_data_has_its_picture(name: str) -> None:
    dataset, snapshot, search = snapshot_of(name)
    picture = SearchPicture(search.config.weights, dataset.n_classes, dataset)
    first = picture.draw(snapshot)
    assert pixels(first).shape == pixels(picture.draw(snapshot)).shape
    assert (pixels(picture.draw(snapshot)) == pixels(first)).all()
    # What is drawn on top of kept pixels, and axes drawn anew alone, look as if all had been drawn anew.
    picture._limits.clear()
    assert (pixels(picture.draw(snapshot)) == pixels(first)).all()
    whole = SearchPicture(search.config.weights, dataset.n_classes, dataset)
    drawn = whole._artists(snapshot)
    assert set(drawn) == {"population", "weights", "progress", "last"}
    assert list(drawn["weights"][0].get_ydata()) == pytest.approx([100 * a for a in snapshot.record.accuracies])
    assert len(drawn["population"][0].get_xdata()) == len(search.population)
    assert [tuple(p) for p in np.transpose(drawn["population"][1].get_data())] == list(snapshot.record.front)


def test_the_axes_cover_what_is_drawn() -> None:
    dataset, _, search = snapshot_of("circles", 1)
    picture = SearchPicture(search.config.weights, dataset.n_classes)
    history = []
    for record in search.run(generations=25):
        history.append(record)
        snapshot = Snapshot.of(history, search.population, search.champion)
        picture.draw(snapshot)
        sizes, losses = np.transpose(record.front)
        (left, right), (low, high) = picture.axes["population"].get_xlim(), picture.axes["population"].get_ylim()
        assert left <= sizes.min() and sizes.max() <= right
        assert low <= losses.min() and losses.max() <= high
        assert picture.axes["progress"].get_xlim()[1] >= record.generation
        assert picture.axes["last"].get_ylim()[1] >= record.champion_connections


def test_tick_labels_stay_in_their_quarter_of_the_picture() -> None:
    dataset, snapshot, search = snapshot_of("xor")
    picture = SearchPicture(search.config.weights, dataset.n_classes)
    picture.draw(snapshot)
    _, _, width, height = picture.figure.bbox.bounds
    for place, ax in enumerate(picture.axes.values()):
        if ax in (picture.axes["population"], picture.axes["progress"]):
            ax.set_xlim(0, 10_000)  # a label of five figures at the very end
        box = ax.get_tightbbox()
        row, column = divmod(place, 2)
        assert column * width / 2 <= box.x0 and box.x1 <= (column + 1) * width / 2
        assert (1 - row) * height / 2 <= box.y0 and box.y1 <= (2 - row) * height / 2


def test_another_generation_looks_otherwise() -> None:
    dataset, early, search = snapshot_of("digits", 1)
    history = list(search.run(generations=30))
    late = Snapshot.of(history, search.population, search.champion)
    picture = SearchPicture(search.config.weights, dataset.n_classes, dataset)
    assert (pixels(picture.draw(early)) != pixels(picture.draw(late))).any()
    assert late.alt.startswith(f"generation {history[-1].generation}: ")


def test_the_plane_is_shared_out_by_hand() -> None:
    # Class 1 where the first input is positive, at weight 1; the other way round at weight -1.
    network = wl.Network(2, 2, ["inverse", "linear"], [(1, 3), (1, 4)])
    right = measure_sides(network, datasets.circles(), [1.0])
    assert right[:, -1].all() and not right[:, 0].any()
    both = measure_sides(network, datasets.circles(), [1.0, -1.0])
    assert (both[:, [0, -1]] == 0.5).all()


def test_pictures_come_with_a_description_and_the_champion() -> None:
    widget = ended()
    assert widget.pictures >= 1
    assert widget._image.value.startswith('<img src="data:image/png;base64,')
    assert 'alt="generation 6: ' in widget._image.value
    assert widget._network.value.startswith("<svg")
    assert f"{widget.champion.n_connections:,} connection" in widget._network.value  # type: ignore[union-attr]


def test_a_picture_that_cannot_be_drawn_is_told_and_the_search_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: Any) -> bytes:
        raise RuntimeError("no ink")

    monkeypatch.setattr(SearchPicture, "draw", broken)
    widget = ended()
    assert "its picture cannot be drawn: no ink" in widget._line.value
    assert widget.state == "ended" and widget.champion is not None


@pytest.mark.parametrize(("cost", "pause"), [(0.05, 0.40), (0.45, 0.0), (2.0, 0.0)])
def test_pictures_come_twice_a_second(cost: float, pause: float, monkeypatch: pytest.MonkeyPatch) -> None:
    now = [0.0]
    thread = SearchThread(Search(*xor(generations=3)))

    def paint() -> None:
        now[0] += cost

    painter = Painter(thread, paint)
    monkeypatch.setattr(search_thread.time, "perf_counter", lambda: now[0])
    monkeypatch.setattr(search_thread.time, "thread_time", lambda: 0.0)
    pauses: list[float] = []
    monkeypatch.setattr(thread.finished, "wait", pauses.append)
    thread.start()
    painter.start()
    assert thread.join(PATIENCE) and painter.join(PATIENCE)
    assert painter.pictures == len(pauses) >= 1
    assert pauses == pytest.approx([pause] * len(pauses))


def test_a_dear_picture_waits_until_the_search_has_worked_its_share(monkeypatch: pytest.MonkeyPatch) -> None:
    thread = SearchThread(Search(*xor()))
    thread.state = "running"
    spent = [0.0]

    def paint() -> None:
        spent[0] += 0.1  # seconds of the processor

    def wait(seconds: float) -> None:
        if seconds == 0.05:
            thread.worked += 0.02
            if thread.worked > 1.4:
                thread.finished.set()
        thread.news.set()

    monkeypatch.setattr(search_thread.time, "thread_time", lambda: spent[0])
    monkeypatch.setattr(thread.finished, "wait", wait)
    thread.news.set()
    painter = Painter(thread, paint)
    painter.start()
    assert painter.join(PATIENCE)
    assert painter.error is None
    # 0.1 s a picture, and 0.5 s of searching after each.
    assert painter.pictures == 1 + int(1.5 / 0.5)


def test_the_newest_picture_can_be_shown_on_a_page(monkeypatch: pytest.MonkeyPatch) -> None:
    shown: list[Any] = []
    monkeypatch.setattr("IPython.display.display", lambda *things, **_: shown.extend(things))
    widget = ended()
    widget.show()
    widget._ipython_display_()
    assert shown[0]["text/html"] == widget._image.value
    assert shown[0]["text/plain"].startswith("generation 6")
    assert shown[1] is widget.panel
