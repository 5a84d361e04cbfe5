"""How a child works apart: alone with its data, within its time, believed only where it ended well."""

from __future__ import annotations

import io
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from dispatch.core import children
from dispatch.core.children import AT_ONCE, TooSlow, work_apart
from dispatch.core.errors import Busy

ECHO = "import sys; sys.stdout.buffer.write(sys.stdin.buffer.read())"
Program = Callable[..., Path]


@pytest.fixture
def program(tmp_path: Path) -> Program:
    """A child's file: `program("print(1)", "one")`."""

    def write(text: str, name: str = "child") -> Path:
        path = tmp_path / f"{name}.py"
        path.write_text(text)
        return path

    return write


class Held(io.BytesIO):
    """An upload that comes to its end only when it is let go."""

    def __init__(self) -> None:
        super().__init__(b"late")
        self.begun, self.let_go = threading.Event(), threading.Event()

    def read(self, size: int | None = -1, /) -> bytes:
        self.begun.set()
        assert self.let_go.wait(60)
        return super().read(size)


def test_it_reads_its_input_and_its_words_and_what_it_writes_comes_back(program: Program) -> None:
    data = bytes(range(256)) * 20_000
    assert work_apart(program(ECHO), io.BytesIO(data), 30, most=len(data)) == data
    words = program("import sys; print(sys.argv[1:], end='')")
    assert work_apart(words, io.BytesIO(), 30, "JPEG", "[[1,2]]", most=100) == b"['JPEG', '[[1,2]]']"


def test_an_input_that_was_read_before_is_read_from_its_beginning(program: Program) -> None:
    data = io.BytesIO(b"hello")
    data.read()
    assert work_apart(program(ECHO), data, 30, most=5) == b"hello"


def test_it_is_told_nothing_of_the_house_and_stands_in_no_folder_of_ours(program: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("SECRET_KEY", "FIELD_KEYS", "DATABASE_URL", "PYTHONPATH"):
        monkeypatch.setenv(name, "Canary")
    said = work_apart(program("import os; print(dict(os.environ), os.getcwd())"), io.BytesIO(), 30, most=10_000)
    assert said is not None
    assert b"Canary" not in said
    assert said.strip().endswith(b"} /")


@pytest.mark.parametrize(
    "end",
    [
        "sys.exit(1)",
        "raise ValueError",
        "os.kill(os.getpid(), 9)",
        "os.abort()",
        "sys.stdout.write('x')",
        "os.close(1); os.kill(os.getpid(), 15)",
    ],
)
def test_one_that_does_not_end_well_or_says_too_much_is_not_heard(program: Program, end: str) -> None:
    child = program(f"import os, sys; sys.stdout.write('12345'); sys.stdout.flush(); {end}")
    assert work_apart(child, io.BytesIO(b"0" * 1_000_000), 30, most=5) is None


def test_one_that_never_stops_talking_is_ended(program: Program) -> None:
    assert work_apart(program("while True: print('x' * 10_000)"), io.BytesIO(), 60, most=100_000) is None


def test_one_that_does_not_want_its_input_may_end_without_it(program: Program) -> None:
    assert work_apart(program("print('ok', end='')"), io.BytesIO(b"0" * 5_000_000), 30, most=2) == b"ok"


@pytest.mark.parametrize("text", ["import time; time.sleep(600)", "import os, time; os.close(1); time.sleep(600)", "while True: pass"])
def test_one_that_does_not_end_in_its_time_is_ended(program: Program, text: str) -> None:
    with pytest.raises(TooSlow):
        work_apart(program(text), io.BytesIO(b"0" * 1_000_000), 0.3, most=5)


def test_one_program_never_waits_for_another_and_too_many_of_one_are_told_to_come_again(
    program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As a sheet beside photos, and a third photo beside two."""
    photo, sheet = program(ECHO, "photo"), program(ECHO, "sheet")
    held, made = [Held() for _ in range(AT_ONCE)], []
    busy = [threading.Thread(target=lambda upload=upload: made.append(work_apart(photo, upload, 60, most=10))) for upload in held]
    for thread in busy:
        thread.start()
    for upload in held:
        assert upload.begun.wait(30)
    assert work_apart(sheet, io.BytesIO(b"rows"), 60, most=10) == b"rows"
    monkeypatch.setattr(children, "WAIT_S", 0.05)
    with pytest.raises(Busy) as refused:
        work_apart(photo, io.BytesIO(b"third"), 60, most=10)
    assert refused.value.extra == {"retry_after": 10}
    for upload in held:
        upload.let_go.set()
    for thread in busy:
        thread.join(60)
    assert made == [b"late"] * AT_ONCE
    assert work_apart(photo, io.BytesIO(b"third"), 60, most=10) == b"third"


def test_a_turn_is_given_back_whatever_happens(program: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(children, "WAIT_S", 0.05)
    ends = program("import sys; sys.exit(1)")
    for _ in range(AT_ONCE + 1):
        assert work_apart(ends, io.BytesIO(), 30, most=5) is None
