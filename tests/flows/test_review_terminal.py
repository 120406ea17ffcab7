"""Types the keys in a pseudo-terminal and reads the screen."""

import os
import pty
import re
import select
import subprocess
import sys
import termios
import time
from pathlib import Path

import pytest

from kitae.records.verdict import read_verdicts, standing_verdicts
from support.making_rows import MakingRows

ROOT = Path(__file__).parents[2]
PATIENCE_S = 60.0

# A test run in the background ignores Ctrl-C, and so would its children: the program heeds it again.
PROGRAM = """
import signal
import sys
signal.signal(signal.SIGINT, signal.default_int_handler)
from pathlib import Path
from support.making_rows import MakingRows, menu_rows
from kitae.cli.review import review_in_terminal
from kitae.core.errors import KitaeError

making = MakingRows(Path(sys.argv[1]))
session = making.session(making.review(making.generate(menu_rows())))
try:
    code = review_in_terminal(session, sys.argv[2])
except KitaeError as error:
    print(error)
    code = error.exit_code
sys.exit(code)
"""


class Terminal:
    """A program in a pseudo-terminal of 100 columns."""

    def __init__(self, folder, language):
        self.master, slave = pty.openpty()
        termios.tcsetwinsize(slave, (40, 100))
        self.before = termios.tcgetattr(slave)
        self.slave = slave
        path = os.pathsep.join([str(ROOT / "src"), str(ROOT / "tests")])
        environment = {**os.environ, "PYTHONPATH": path, "TERM": "xterm", "LC_ALL": "C.UTF-8"}
        self.process = subprocess.Popen(
            [sys.executable, "-c", PROGRAM, str(folder), language],
            stdin=slave,
            stdout=slave,
            stderr=slave,
            env=environment,
            start_new_session=True,
        )
        self.screen = b""
        self.done_with = 0

    def wait_for(self, text):
        """Read until the text is on the screen; everything up to it is then done with."""
        deadline = time.monotonic() + PATIENCE_S
        while text not in self._plain():
            ready, _, _ = select.select([self.master], [], [], 0.2)
            if ready:
                self.screen += os.read(self.master, 65536)
            is_alive = ready or self.process.poll() is None
            shown = f"not on the screen: {text!r}\n{self._plain()[-1500:]}"
            assert is_alive, shown
            assert time.monotonic() < deadline, shown
        seen, found, _ = self._plain().partition(text)
        self.done_with += len(seen) + len(found)
        return seen + found

    def type(self, keys):
        """Type these keys."""
        os.write(self.master, keys.encode())

    def end(self):
        """Wait for the program's end; gives its exit code."""
        code = self.process.wait(timeout=PATIENCE_S)
        after = termios.tcgetattr(self.slave)
        os.close(self.master)
        os.close(self.slave)
        assert after == self.before
        return code

    def _plain(self):
        plain = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", self.screen.decode(errors="ignore"))
        plain = plain.replace("\r", "")
        return plain[self.done_with :]


@pytest.fixture
def terminal(tmp_path):
    running = []

    def start(language):
        running.append(Terminal(tmp_path, language))
        return running[-1]

    yield start
    for one in running:
        if one.process.poll() is None:
            one.process.kill()
            one.process.wait()


def verdicts_in(folder):
    journal = MakingRows(folder).verdicts
    return list(standing_verdicts(read_verdicts(journal.entries())).values())


def test_rows_are_judged_by_keys_and_every_verdict_is_kept(terminal, tmp_path):
    screen = terminal("en")
    first = screen.wait_for("q leave")
    assert "Row 1 of 20" in first
    assert "Made from" in first
    screen.type("a")
    screen.wait_for("Row 2 of 20")
    screen.type("r")
    screen.wait_for("something else")
    screen.type("\r")
    screen.wait_for("Choose at least one number first")
    screen.type("3")
    screen.wait_for("3 [x]")
    screen.type("2")
    screen.wait_for("2 [x]")
    screen.type("\r")
    screen.wait_for("Why, in your words")
    screen.type("nobody asks that\n")
    screen.wait_for("Row 3 of 20")
    screen.wait_for("1 accepted, 0 edited, 1 rejected")
    screen.type("a")
    screen.wait_for("Row 4 of 20")
    screen.type("u")
    screen.wait_for("The last verdict was taken back")
    screen.wait_for("q leave")
    screen.type("\x1b[B")
    screen.wait_for("Row 4 of 20")
    screen.type("k")
    screen.wait_for("Row 3 of 20")
    screen.type("x")
    screen.wait_for("No such key")
    screen.type("?")
    screen.wait_for("Press any key")
    screen.type(" ")
    screen.wait_for("q leave")
    screen.type("q")
    screen.wait_for("18 of 20 rows still wait")
    assert screen.end() == 0
    accepted, rejected = verdicts_in(tmp_path)
    assert accepted.decision == "accept"
    assert rejected.tags == ("unnatural", "nonsense")
    assert rejected.reason == "nobody asks that"


def test_japanese_can_be_typed_and_full_width_keys_count(terminal, tmp_path):
    screen = terminal("ja")
    assert "20 件中 1 件目" in screen.wait_for("q 終了")
    screen.type("ａ")
    screen.wait_for("20 件中 2 件目")
    screen.wait_for("採用 1")
    screen.type("e")
    screen.wait_for("質問: ")
    screen.type("\x15月曜日に鮭はありますか?\n")
    screen.wait_for("答え: ")
    screen.type("\n")
    screen.wait_for("20 件中 3 件目")
    screen.type("r")
    screen.wait_for("そのほか")
    screen.type("1")
    screen.wait_for("1 [x]")
    screen.type("\r")
    screen.wait_for("理由をひとこと")
    screen.type("答えは「魚」です\n")
    screen.wait_for("20 件中 4 件目")
    screen.type("\x04")
    screen.wait_for("件が判定待ち")
    assert screen.end() == 0
    _, edited, rejected = verdicts_in(tmp_path)
    assert edited.instruction == "月曜日に鮭はありますか?"
    assert edited.output is None
    assert rejected.reason == "答えは「魚」です"


def test_the_last_verdict_ends_the_review_and_says_what_comes_next(terminal, tmp_path):
    screen = terminal("zh")
    for number in range(1, 21):
        screen.wait_for(f"第 {number} 条")
        screen.type("a")
    screen.wait_for("接下来请输入:kitae run")
    assert screen.end() == 0
    assert len(verdicts_in(tmp_path)) == 20


def test_ctrl_c_leaves_the_terminal_as_it_was(terminal, tmp_path):
    screen = terminal("en")
    screen.wait_for("q leave")
    screen.type("a")
    screen.wait_for("Row 2 of 20")
    screen.wait_for("q leave")
    screen.process.send_signal(2)
    screen.wait_for("every verdict before it is kept")
    assert screen.end() == 130
    assert len(verdicts_in(tmp_path)) == 1


def test_without_a_terminal_the_command_says_so(tmp_path):
    path = os.pathsep.join([str(ROOT / "src"), str(ROOT / "tests")])
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(tmp_path), "en"],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": path},
        check=False,
    )
    assert done.returncode == 2
    assert "needs a terminal" in done.stdout
