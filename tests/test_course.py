"""Exercises and their checks, and the students' versions of the lessons."""

import ast
import inspect
import json
import os
import subprocess
import sys
import textwrap
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from wann_lite.course import Exercise, Result, check, checking, comparing, exercises, student, trial
from wann_lite.course.exercises import EXERCISES
from wann_lite.course.lessons import lesson_paths, read_lesson
from wann_lite.network import Network

NOTEBOOKS = Path(__file__).resolve().parents[1] / "notebooks"
each_exercise = pytest.mark.parametrize("exercise", EXERCISES.values(), ids=EXERCISES)


def code_cells(path: Path) -> list[tuple[str, list[str]]]:
    """Source and tags of each code cell; the line that installs the package is left out."""
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    code = [cell for cell in cells if cell["cell_type"] == "code"]
    lines = [[line for line in cell["source"] if not line.lstrip().startswith("%")] for cell in code]
    return [("".join(text), cell["metadata"].get("tags", [])) for text, cell in zip(lines, code, strict=True)]


def checked_names(source: str) -> list[str]:
    """The exercises that a cell checks."""
    calls = (node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call))
    return [call.args[0].value for call in calls if getattr(call.func, "id", "") == "check"]  # type: ignore[attr-defined]


def tagged(path: Path, tag: str) -> dict[str, Callable[..., Any]]:
    """The function of each cell with a tag, by the name of the exercise that the next cell checks.

    Of the cells before it, imports and definitions are run, and nothing else.
    """
    cells = code_cells(path)
    space: dict[str, Any] = {"__name__": "lesson"}
    found = {}
    for (source, tags), (following, _) in zip(cells, [*cells[1:], ("", [])], strict=True):
        tree = ast.parse(source)
        kinds = (ast.Import, ast.ImportFrom, ast.Try, ast.FunctionDef, ast.ClassDef)
        tree.body = [statement for statement in tree.body if isinstance(statement, kinds)]
        exec(compile(tree, f"<{path.name}>", "exec"), space)
        if tag in tags:
            (name,) = checked_names(following)
            (function,) = (node.name for node in tree.body if isinstance(node, ast.FunctionDef))
            found[name] = space[function]
    return found


SOLUTIONS = {name: f for path in lesson_paths(NOTEBOOKS) for name, f in tagged(path, "solution").items()}


@pytest.fixture(autouse=True)
def unseen(monkeypatch: pytest.MonkeyPatch) -> None:
    """No failure is remembered, and nothing raises."""
    monkeypatch.setattr(checking, "_failures", type(checking._failures)())
    monkeypatch.delenv(checking.STRICT, raising=False)


# --- every exercise


@each_exercise
def test_the_reference_passes(exercise: Exercise) -> None:
    right = exercise.reference or SOLUTIONS[exercise.name]
    assert checking.examine(exercise, right)[0] == "right"


@each_exercise
def test_wrong_answers_are_told_with_an_input(exercise: Exercise) -> None:
    assert len(exercise.wrong) >= 3
    for wrong in exercise.wrong:
        verdict, message = checking.examine(exercise, wrong)
        assert verdict == "not yet", wrong
        assert "could not be compared" not in message
        assert "not what is asked for" not in message
        calls = [checking._called(exercise, wrong, case) for case in exercise.inputs]
        assert any(message.startswith(call) for call in calls)
        assert len(message) < 900


@each_exercise
def test_a_crash_is_told(exercise: Exercise) -> None:
    def crash(*_: Any) -> None:
        raise LookupError("lost on the way")

    verdict, message = checking.examine(exercise, crash)
    assert verdict == "not yet"
    assert "raised LookupError: lost on the way" in message


@each_exercise
def test_none_is_not_done_yet(exercise: Exercise) -> None:
    assert checking.examine(exercise, lambda *_: None)[0] == "not done yet"


@each_exercise
@pytest.mark.parametrize("odd", [0, "text", [], (), {}, np.empty(0), np.full((3, 2), np.nan), object(), float("nan")])
def test_answers_of_any_type_are_refused(exercise: Exercise, odd: Any) -> None:
    answered = [checking.examine(exercise, lambda *_: odd)]
    assert answered[0][0] == "not yet"
    assert "could not be compared" not in answered[0][1]


@each_exercise
def test_hints_come_at_the_second_failure_and_go_with_success(exercise: Exercise, capsys: Any) -> None:
    wrong = exercise.wrong[0]
    assert check(exercise.name, wrong).hint == ""
    assert check(exercise.name, lambda *_: None).hint == ""  # nothing was tried
    assert check(exercise.name, wrong).hint == exercise.hint
    assert exercise.hint in capsys.readouterr().out
    check(exercise.name, SOLUTIONS.get(exercise.name, exercise.reference))  # type: ignore[arg-type]
    assert check(exercise.name, wrong).hint == ""


@each_exercise
def test_nothing_gives_the_solution_away(exercise: Exercise) -> None:
    sources = [inspect.getsource(exercise.reference)] if exercise.reference else []
    if exercise.name in SOLUTIONS:
        (text,) = (
            source
            for path in lesson_paths(NOTEBOOKS)
            for source, tags in code_cells(path)
            if "solution" in tags and f"def {SOLUTIONS[exercise.name].__name__}(" in source
        )
        sources.append(text)
    told = exercise.hint + "".join(checking.examine(exercise, wrong)[1] for wrong in exercise.wrong)
    for source in sources:
        returns = (node for node in ast.walk(ast.parse(textwrap.dedent(source))) if isinstance(node, ast.Return))
        answers = [ast.unparse(node.value) for node in returns if node.value and len(ast.unparse(node.value)) > 12]
        assert not [answer for answer in answers if answer in told]


@pytest.mark.parametrize("name", SOLUTIONS)
def test_the_solution_in_the_lesson_passes(name: str) -> None:
    assert checking.examine(EXERCISES[name], SOLUTIONS[name])[0] == "right"


@pytest.mark.parametrize("path", lesson_paths(NOTEBOOKS), ids=lambda path: path.name[:2])
def test_every_exercise_of_a_lesson_is_checked_in_it(path: Path) -> None:
    asked = [name for source, _ in code_cells(path) for name in checked_names(source)]
    assert asked == list(tagged(path, "solution"))
    assert sorted(asked) == sorted(name for name in EXERCISES if name.startswith(path.name[:2]))
    assert len(asked) >= 3


# --- whatever a learner's function does


def double(x: Any) -> Any:
    return 2 * x


@pytest.fixture
def doubling(monkeypatch: pytest.MonkeyPatch) -> str:
    """An exercise that asks for twice the argument."""
    exercise = Exercise(name="99-double", reference=double, inputs=((3,), (np.arange(4),)), hint="A pair.")
    monkeypatch.setitem(EXERCISES, exercise.name, exercise)
    return exercise.name


def endless(x: Any) -> Any:
    while True:
        x = x + 1


def endless_in_one_instruction(x: Any) -> Any:
    while True: pass  # fmt: skip  # noqa: E701


def endless_without_exceptions(x: Any) -> Any:
    while True:
        try:
            x = x + 1
        except Exception:
            x = 0


def chatting(x: Any) -> Any:
    while True:
        print("and another thing")


def recursive(x: Any) -> Any:
    return recursive(x) + 1


def leaving(x: Any) -> Any:
    sys.exit("bye")


def stopped(x: Any) -> Any:
    raise KeyboardInterrupt


class MuteError(Exception):
    def __str__(self) -> str:
        raise ValueError


def mute(x: Any) -> Any:
    raise MuteError


class Unspeakable:
    def __repr__(self) -> str:
        raise ValueError

    __eq__ = __hash__ = __array__ = None  # type: ignore[assignment]


@pytest.mark.parametrize(
    ("function", "told"),
    [
        (lambda x: x, "gave 3, expected 6."),
        (lambda x: str(x), "It is of the type str, expected a number."),
        (lambda x: float("nan"), "nan"),
        (
            lambda x: 2 * x if np.ndim(x) == 0 else set(2 * x),
            "It is of the type set, expected an array of shape (4,).",
        ),
        (lambda x: 2 * x if np.ndim(x) == 0 else [[1], [2, 3]], "It is of the type list."),
        (lambda x: 2 * x if np.ndim(x) == 0 else 2 * x[:3], "The shape is (3,), expected (4,)."),
        (lambda x: 2 * x if np.ndim(x) == 0 else x * np.nan, "It holds nan"),
        (lambda x: 2 * x if np.ndim(x) == 0 else x.astype(str), "It holds <U21, expected numbers."),
        (lambda x: 2 * x if np.ndim(x) == 0 else None, "gave None: is a `return` missing?"),
        (lambda: 1, "raised TypeError"),
        (lambda x: 1 / 0, "raised ZeroDivisionError: division by zero"),
        (lambda x: Unspeakable(), "gave <Unspeakable>"),
        (lambda x: (i for i in [x]), "It is of the type generator"),
        (double(0), "Give the function itself, without calling it; this is 0."),
        (None, "this is None"),
        (endless, "ran 10,000 lines without an end"),
        (endless_in_one_instruction, "ran 10,000 lines without an end"),
        (endless_without_exceptions, "ran 10,000 lines without an end"),
        (lambda x: sum(1 for _ in iter(int, 1)), "ran 10,000 lines without an end"),
        (chatting, "printed more than 20,000 characters"),
        (recursive, "raised RecursionError"),
        (leaving, 'raised SystemExit: bye, in the line `sys.exit("bye")`'),
        (stopped, "was stopped before it gave an answer"),
        (mute, "raised MuteError"),
    ],
)
def test_it_is_told(function: Any, told: str, doubling: str, monkeypatch: pytest.MonkeyPatch, capsys: Any) -> None:
    monkeypatch.setattr(trial, "STEPS", 10_000)
    before = sys.gettrace()
    result = check(doubling, function)
    assert not result.passed
    assert told in result.message
    assert capsys.readouterr().out == f"{result}\n"
    assert sys.gettrace() is before


def test_arguments_are_copies(doubling: str) -> None:
    def in_place(x: Any) -> Any:
        x *= 2
        return x

    assert check(doubling, in_place).passed
    assert check(doubling, in_place).passed
    assert EXERCISES[doubling].inputs[1][0].tolist() == [0, 1, 2, 3]


def test_random_answers_see_the_same_chance() -> None:
    draws = Exercise(
        name="99-draw", reference=lambda rng: rng.random(), inputs=((np.random.default_rng(1),),), hint="!"
    )
    assert checking.examine(draws, lambda rng: rng.random())[0] == "right"
    assert checking.examine(draws, lambda rng: rng.random() + rng.random())[0] == "not yet"


def test_what_a_wrong_function_printed_is_told(doubling: str, capsys: Any) -> None:
    def talkative(x: Any) -> Any:
        print("x is", x)

        return x

    assert "It printed: 'x is 3" in check(doubling, talkative).message
    assert capsys.readouterr().out.startswith("99-double: not yet. talkative(x=3)\ngave 3, expected 6.")


@pytest.mark.parametrize(
    ("name", "told"), [("99-duble", "Did you mean 99-double?"), ("?", "There are: "), (7, "No ex")]
)
def test_an_unknown_exercise_is_one_clear_line(name: Any, told: str, doubling: str) -> None:
    result = check(name, double)
    assert result.verdict == "unclear"
    assert told in result.message


def test_a_broken_reference_never_raises_either(monkeypatch: pytest.MonkeyPatch) -> None:
    broken = Exercise(name="99-broken", reference=lambda x: 1 / x, inputs=((0,),), hint="None.")
    monkeypatch.setitem(EXERCISES, broken.name, broken)
    assert check(broken.name, lambda x: 1).verdict == "not yet"


def test_in_the_lessons_own_tests_a_failure_raises(doubling: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(checking.STRICT, "1")
    assert check(doubling, double).passed
    with pytest.raises(AssertionError, match="gave 3, expected 6"):
        check(doubling, lambda x: x)
    with pytest.raises(AssertionError, match="not done yet"):
        check(doubling, lambda x: None)


@pytest.mark.parametrize(("path", "value"), [("00_a.ipynb", "1"), ("student/00_a.ipynb", "0"), ("test_a.py", None)])
def test_kernels_of_lessons_raise_and_of_students_versions_do_not(
    path: str, value: str | None, root: Path, request: pytest.FixtureRequest
) -> None:
    hooks: Any = request.config.pluginmanager.get_plugin(str(root / "conftest.py"))
    setup = hooks.pytest_runtest_setup(SimpleNamespace(path=root / "notebooks" / path))
    next(setup)
    assert os.environ.get(checking.STRICT) == value
    with pytest.raises(StopIteration):
        next(setup)
    assert checking.STRICT not in os.environ


def test_a_judge_and_a_comparison_decide() -> None:
    even = Exercise(name="99-even", judge=lambda n: None if n % 2 == 0 else "That is odd.", hint="Pairs.")
    assert checking.examine(even, lambda: 4)[0] == "right"
    assert checking.examine(even, lambda: 3)[1] == "<lambda>()\ngave 3. That is odd.".replace(
        "<lambda>", "your function"
    )
    assert "of the type str, and not what is asked for" in checking.examine(even, lambda: "four")[1]
    same = Exercise(
        name="99-size",
        reference=lambda n: [0] * n,
        inputs=((2,),),
        compare=lambda answer, expected: None if len(answer) == len(expected) else "It has another length.",
        hint="Count.",
    )
    assert checking.examine(same, lambda n: "ab")[0] == "right"
    assert checking.examine(same, lambda n: "a")[1].endswith("gave 'a'. It has another length.")
    assert "of the type int" in checking.examine(same, lambda n: 5)[1]


# --- comparisons and words


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (np.float32(0.1), 0.1),
        (2.0, 2),
        (np.array(3), 3),
        (True, True),
        (np.True_, True),
        ([1, 2], (1, 2)),
        (np.array([1, 2]), [1, 2]),
        ([1.0, 2], np.array([1, 2])),
        ([[1], (2,)], np.array([[1], [2]])),
        ((np.ones(2), "a"), (np.ones(2), "a")),
        ({"a": 1.0}, {"a": 1}),
        ({1, 2}, {2, 1}),
        (np.array([np.nan, 1]), np.array([np.nan, 1])),
        (Network(1, 1, ["abs"], [(1, 2)]), Network(1, 1, ["abs"], [(1, 2)])),
        (np.array(["a"]), np.array(["a"])),
    ],
)
def test_equal(answer: Any, expected: Any) -> None:
    assert comparing.difference(answer, expected, 1e-6) is None


@pytest.mark.parametrize(
    ("answer", "expected", "told"),
    [
        (1_000_001, 1_000_000, ""),  # whole numbers are exact
        (False, True, ""),
        ("b", "a", ""),
        (5, "a", "expected text"),
        ([1, 2, 3], [1, 2], "It holds 3, expected 2."),
        ([1, 3], [1, 2], "At place 1: 3, expected 2."),
        (5, [1, 2], "expected a list"),
        (np.array(5), [1, 2], "expected a list"),
        ({"b": 1}, {"a": 1}, "The keys are ['b'], expected ['a']."),
        ({"a": 2}, {"a": 1}, "At 'a': 2, expected 1."),
        ([], {"a": 1}, "expected a dict"),
        (np.arange(6.0), np.array([0.0, 1, 2, 9, 4, 5]), "At [3]: 3, expected 9."),
        (np.ones((2, 3)), np.ones((3, 2)), "The shape is (2, 3), expected (3, 2)."),
        (np.array(["b"]), np.array(["a"]), ""),
        (None, 1, "is a `return` missing?"),
    ],
)
def test_different(answer: Any, expected: Any, told: str) -> None:
    remark = comparing.difference(answer, expected, 1e-6)
    assert remark is not None
    assert told in remark


def test_long_values_are_abbreviated() -> None:
    for value in (
        np.random.default_rng(0).random((500, 500)),
        "x" * 10_000,
        list(range(10_000)),
        {i: i for i in range(999)},
    ):
        assert len(comparing.brief(value)) <= 160
    assert comparing.brief(np.float64(0.1)) == "0.1"
    assert comparing.brief((1,)) == "(1,)"
    assert comparing.brief(np.random.default_rng(0)) == "a random generator"
    assert comparing.brief(double) == "double"


# --- in a notebook


def test_a_result_is_displayed_once_by_its_cell(doubling: str, monkeypatch: pytest.MonkeyPatch) -> None:
    shown: list[dict[str, str]] = []
    shell = SimpleNamespace(execution_count=7)
    monkeypatch.setattr(checking, "_shell", lambda: shell)
    monkeypatch.setattr("IPython.display.display", lambda data, raw: shown.append(data))
    result = check(doubling, lambda x: "<b>")
    result._ipython_display_()
    assert len(shown) == 1
    assert "&lt;b&gt;" in shown[0]["text/html"]
    assert "<b>99-double: not yet.</b>" in shown[0]["text/html"]
    shell.execution_count = 8
    result._ipython_display_()
    assert len(shown) == 2
    assert "Hint:" not in shown[1]["text/html"]
    assert "is a <code>return</code> missing" in Result("a", "not yet", "is a `return` missing")._repr_html_()
    assert "<b>Hint:</b> A pair." in Result("a", "not yet", "m", "A pair.")._repr_html_()


# --- definitions


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"name": "perceptron"}, "begin with the lesson"),
        ({"hint": " "}, "has no hint"),
        ({"reference": None}, "neither a reference nor a judge"),
        ({"inputs": (1, 2)}, "one tuple of arguments for each case"),
        ({"inputs": ()}, "of at least one"),
        ({"tolerance": -1}, "tolerance is -1"),
    ],
)
def test_a_definition_is_refused(changed: dict[str, Any], told: str) -> None:
    good: dict[str, Any] = {"name": "99-double", "reference": double, "inputs": ((1,),), "hint": "A pair."}
    Exercise(**good)
    with pytest.raises(ValueError, match=told):
        Exercise(**good | changed)


@pytest.mark.parametrize(("name", "told"), [("99-a", "two exercises are called 99-a"), ("98-a", "stands in lesson_99")])
def test_names_are_collected_once_and_in_their_lesson(name: str, told: str, monkeypatch: pytest.MonkeyPatch) -> None:
    made = [Exercise(name=n, reference=double, inputs=((1,),), hint="A pair.") for n in ("99-a", name)]
    monkeypatch.setattr(exercises.pkgutil, "iter_modules", lambda _: [SimpleNamespace(name="lesson_99")])
    monkeypatch.setattr(exercises, "import_module", lambda _: SimpleNamespace(EXERCISES=made))
    with pytest.raises(ValueError, match=told):
        exercises._collect()


def test_the_core_does_not_import_the_course() -> None:
    code = "import sys, wann_lite, wann_lite.viz; sys.exit('wann_lite.course' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0


# --- the students' versions


def test_no_generated_file_is_stale() -> None:
    assert student.stale(NOTEBOOKS) == [], "run python -m wann_lite.course.student"


@pytest.mark.parametrize("path", lesson_paths(NOTEBOOKS), ids=lambda path: path.name[:2])
def test_a_students_version_holds_no_solution(path: Path) -> None:
    version = NOTEBOOKS / "student" / path.name
    stubs = tagged(version, "exercise")
    assert list(stubs) == list(tagged(path, "solution"))
    for name, stub in stubs.items():
        assert checking.examine(EXERCISES[name], stub)[0] == "not done yet"
        assert inspect.getdoc(stub) == inspect.getdoc(SOLUTIONS[name])
    assert "solution" not in [tag for _, tags in code_cells(version) for tag in tags]


def test_the_map_of_lesson_00_is_right() -> None:
    lessons = [read_lesson(path) for path in lesson_paths(NOTEBOOKS)]
    rows = [f"| {one.number} [{one.title}]({one.path.name}) | {one.learns[0]} | {one.minutes} |\n" for one in lessons]
    cells = json.loads(lessons[0].path.read_text(encoding="utf-8"))["cells"]
    (cell,) = (cell for cell in cells if cell["id"] == "map")
    assert [line for line in cell["source"] if line.startswith("| ")][1:] == rows


def notebook(*cells: tuple[str, str, list[str]]) -> dict[str, Any]:
    made = []
    for number, (kind, source, tags) in enumerate(cells):
        cell = {"cell_type": kind, "id": f"c{number}", "metadata": {"tags": tags} if tags else {}, "source": source}
        made.append(cell | ({"outputs": [{}], "execution_count": 3} if kind == "code" else {}))
    return {"cells": made, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}


SOLVED = '''import math
# kept

@staticmethod
def area(
    r: float,
) -> float:
    """Take a radius; ü.

    Give an area.
    """

    # given away
    def square(x):
        return x * x

    return math.pi * square(r)
'''


def test_only_the_body_is_replaced() -> None:
    kept, _ = SOLVED.split("\n    # given away")
    stub = "    # Your code goes here, in place of the next line.\n    return None  # not done yet"
    assert student.without_solution(SOLVED) == kept + stub
    assert student.without_solution(SOLVED.replace("    ", "  ")) == (kept + stub).replace("    ", "  ")


@pytest.mark.parametrize(
    ("source", "told"),
    [
        ("x = 1", "one function"),
        ("", "one function"),
        ("def f():\n    'd'\n    return 1\n\nf()", "nothing after it"),
        ("import a\nx = 1\ndef f():\n    'd'\n    return 1", "imports before it"),
        ("def f():\n    return 1", "needs a docstring"),
        ("def f():\n    'only this'", "and a body"),
        ("def f(): 'd'; return 1", "on the line of its def"),
        ("%pip install x", "not plain Python"),
    ],
)
def test_a_solution_in_another_form_is_refused(source: str, told: str) -> None:
    with pytest.raises(ValueError, match=told):
        student.without_solution(source)
    with pytest.raises(ValueError, match=rf"00_a.ipynb, cell 'c1': .*{told}"):
        student.student_version(notebook(("markdown", "# A", []), ("code", source, ["solution"])), "00_a.ipynb")


def test_paths_lead_out_of_the_folder() -> None:
    text = "# A\nSee ![a curve](images/a.png), [the course](README.md#x), "
    kept = "[next](01_b.ipynb), [there](https://a.org), [here](#a)"
    install = 'try:\n    import a\nexcept ImportError:\n    %pip install --quiet "..[course]"'
    source = notebook(("markdown", text + kept + ' <img src="b.svg">', []), ("code", install, ["keep", "solution"][:1]))
    first, second = student.student_version(source, "00_a.ipynb")["cells"]
    told = "".join(first["source"])
    assert told.startswith("# A\n\n*Student version, generated from `notebooks/00_a.ipynb`")
    assert (
        "(../images/a.png), [the course](../README.md#x), [next](01_b.ipynb), [there](https://a.org), [here](#a)"
        in told
    )
    assert '<img src="../b.svg">' in told
    assert second["source"][-1] == '    %pip install --quiet "../..[course]"'
    assert (second["outputs"], second["execution_count"], second["metadata"]) == ([], None, {"tags": ["keep"]})
    assert source["cells"][1]["outputs"] == [{}]
    with pytest.raises(ValueError, match=r"00_a.ipynb has no title"):
        student.student_version(notebook(("code", "1", [])), "00_a.ipynb")


def test_files_are_written_checked_and_removed(tmp_path: Path, capsys: Any) -> None:
    def run(*options: str) -> tuple[int, str]:
        code = student.main(["--notebooks", str(tmp_path), *options])
        return code, "".join(capsys.readouterr())

    assert run()[0] == 2
    source = tmp_path / "00_a.ipynb"
    source.write_text(json.dumps(notebook(("markdown", "# A", []), ("code", SOLVED, ["solution"]))), encoding="utf-8")
    code, told = run("--check")
    assert code == 1
    assert "00_a.ipynb is not up to date" in told
    assert not (tmp_path / "student").exists()
    assert run()[0] == 0
    written = (tmp_path / "student" / "00_a.ipynb").read_bytes()
    assert run("--check") == (0, "")
    assert run() == (0, "")
    (tmp_path / "student" / "notes.txt").touch()
    gone = source.rename(tmp_path / "07_gone.ipynb")
    assert "wrote" in run()[1]
    gone.rename(source)
    assert run("--check")[0] == 1
    assert "07_gone.ipynb, which has no source" in run()[1]
    assert sorted(path.name for path in (tmp_path / "student").iterdir()) == ["00_a.ipynb", "notes.txt"]
    (tmp_path / "student" / "00_a.ipynb").write_bytes(written.replace(b"\n", b"\r\n"))
    assert run("--check")[0] == 0
    source.write_text(json.dumps(notebook(("markdown", "# A", []), ("code", "1", ["solution"]))), encoding="utf-8")
    code, told = run()
    assert code == 2
    assert "cell 'c1'" in told
    assert (tmp_path / "student" / "00_a.ipynb").read_bytes().replace(b"\r\n", b"\n") == written


@pytest.fixture
def handed_out(tmp_path: Path) -> Path:
    """The student's version of a lesson with an exercise, as the command has just written it."""
    lesson = notebook(("markdown", "# A", []), ("code", SOLVED, ["solution"]), ("code", "1 + 1", []))
    (tmp_path / "00_a.ipynb").write_text(json.dumps(lesson), encoding="utf-8")
    assert student.main(["--notebooks", str(tmp_path)]) == 0
    return tmp_path / "student" / "00_a.ipynb"


def change_the_lesson(folder: Path) -> None:
    lesson = notebook(("markdown", "# A new title", []), ("code", SOLVED, ["solution"]))
    (folder / "00_a.ipynb").write_text(json.dumps(lesson), encoding="utf-8")


def edited(file: Path, edit: Callable[[dict[str, Any]], object]) -> bytes:
    """Change a notebook; what its file holds then."""
    content = json.loads(file.read_text(encoding="utf-8"))
    edit(content)
    file.write_text(json.dumps(content), encoding="utf-8")
    return file.read_bytes()


STUDENTS_WORK = {
    "an answer": lambda version: version["cells"][1].update(source="def area(r):\n    return 3 * r * r"),
    "an answer before the comment": lambda version: version["cells"][1].update(
        source="".join(version["cells"][1]["source"]).replace("return None  #", "return 3 * r * r  #")
    ),
    "a note": lambda version: version["cells"][0]["source"].append("\nI do not see why."),
    "another line of code": lambda version: version["cells"][2].update(source=["1 + 2"]),
    "a cell": lambda version: version["cells"].append({"cell_type": "raw", "id": "x", "metadata": {}, "source": ""}),
    "a cell of another type": lambda version: version["cells"][2].update(cell_type="markdown"),
    "one cell less": lambda version: version["cells"].pop(),
    "no checksum": lambda version: (version["cells"].pop(), version.pop("metadata")),
    "no notebook": lambda version: version.clear(),
}


@pytest.mark.parametrize("edit", STUDENTS_WORK.values(), ids=STUDENTS_WORK)
@pytest.mark.parametrize("lesson_changes", [False, True])
def test_what_a_student_changed_stays_unless_it_is_forced(
    edit: Callable[[dict[str, Any]], object],
    lesson_changes: bool,
    handed_out: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    work = edited(handed_out, edit)
    if lesson_changes:
        change_the_lesson(tmp_path)
    assert student.main(["--notebooks", str(tmp_path)]) == 1
    assert (
        f"{handed_out} may hold somebody's work and stays: copy it elsewhere, then use --force"
        in capsys.readouterr().err
    )
    assert handed_out.read_bytes() == work
    assert student.main(["--notebooks", str(tmp_path), "--force"]) == 0
    assert student.stale(tmp_path) == []


@pytest.mark.parametrize("copied", [False, True], ids=["own", "copy"])
@pytest.mark.parametrize("option", [[], ["--force"]], ids=["plain", "force"])
def test_what_a_student_made_is_never_removed(
    copied: bool, option: list[str], handed_out: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    work = handed_out.with_name("00_anna.ipynb")
    work.write_bytes(handed_out.read_bytes() if copied else b"\xff")
    content = work.read_bytes()
    assert student.main(["--notebooks", str(tmp_path), *option]) == 1
    assert f"{work} may hold somebody's work and stays: no lesson has its name, move it" in capsys.readouterr().err
    assert work.read_bytes() == content


@pytest.mark.parametrize("option", [[], ["--force"]], ids=["plain", "force"])
def test_work_stays_when_its_lesson_is_gone(option: list[str], handed_out: Path, tmp_path: Path) -> None:
    work = edited(handed_out, STUDENTS_WORK["an answer before the comment"])
    (tmp_path / "00_a.ipynb").rename(tmp_path / "01_b.ipynb")
    assert student.main(["--notebooks", str(tmp_path), *option]) == 1
    assert handed_out.read_bytes() == work
    assert handed_out.with_name("01_b.ipynb").exists()


def run_and_save(version: dict[str, Any]) -> None:
    """What JupyterLab changes in a notebook that is run and saved."""
    version["metadata"] |= {"kernelspec": {"name": "other"}, "language_info": {"name": "python"}}
    for cell in version["cells"]:
        cell["source"] = "".join(cell["source"])
        if cell["cell_type"] == "code":
            cell |= {"execution_count": 7, "outputs": [{"output_type": "stream", "name": "stdout", "text": "1"}]}


def test_a_version_that_was_only_run_follows_its_lesson(handed_out: Path, tmp_path: Path) -> None:
    edited(handed_out, run_and_save)
    change_the_lesson(tmp_path)
    assert student.main(["--notebooks", str(tmp_path)]) == 0
    assert student.stale(tmp_path) == []
    edited(handed_out, run_and_save)
    (tmp_path / "00_a.ipynb").rename(tmp_path / "01_b.ipynb")
    assert student.main(["--notebooks", str(tmp_path)]) == 0
    assert not handed_out.exists()


def test_a_version_without_checksum_is_replaced_if_it_is_what_would_be_generated(
    handed_out: Path, tmp_path: Path
) -> None:
    fresh = handed_out.read_bytes()
    without = edited(handed_out, lambda version: version["metadata"].pop("wann_lite"))
    assert student.main(["--notebooks", str(tmp_path)]) == 0
    assert handed_out.read_bytes() == fresh
    handed_out.write_bytes(without)
    change_the_lesson(tmp_path)
    assert student.main(["--notebooks", str(tmp_path)]) == 1
    assert handed_out.read_bytes() == without
