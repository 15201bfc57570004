"""Shells complete spiders, their arguments, operations and sessions: asked in the shells themselves."""

from __future__ import annotations

import os
import pty
import select
import shutil
import subprocess
import time
from pathlib import Path

import pytest
from scrapy.settings import Settings

from igcrawl.cli.completion import SHELLS, script_for
from igcrawl.operations.catalogue import OPERATIONS
from tests.conftest import Scrapy

SPIDERS = "audio clips comments feed followers following media operation profiles resolve search suggestions typeahead"
#: What is typed, what must be offered for the last word, and what must not.
TYPED = [
    ("crawl ", SPIDERS.split(), ["walks"]),
    ("crawl fol", ["followers", "following"], ["feed"]),
    ("crawl followers -a us", ["user_id=", "username="], ["order="]),
    ("crawl followers -a user_id=1 -a or", ["order="], ["user_id="]),
    ("crawl followers -a order=", ["order=date_followed_latest", "order=date_followed_earliest"], ["order="]),
    ("crawl followers -a order=date_followed_l", ["order=date_followed_latest"], ["order=date_followed_earliest"]),
    ("crawl search -a tab=", ["tab=top", "tab=accounts", "tab=reels", "tab=popular"], ["tab="]),
    ("crawl operation -a name=user_followers_v1", ["name=user_followers_v1", "name=user_followers_v1_chunk"], []),
    ("crawl operation -a chained", ["chained_ids="], []),
    ("crawl followers -s IG_BUDGET_", ["IG_BUDGET_HOUR=", "IG_BUDGET_DAY="], ["IG_STORE="]),
    ("crawl followers -s IG_SESSION=", ["IG_SESSION=mine", "IG_SESSION=second"], []),
    ("operations ", list(OPERATIONS), ["crawl"]),
    ("operations followers_rest user_clips_v", ["user_clips_v1"], []),
    ("help foll", ["followers", "followers_rest", "followers_web"], ["feed"]),
    ("session ", ["import", "login", "list", "check", "resume", "export"], ["mine"]),
    ("session check ", ["mine", "second"], ["list"]),
    ("walks --verdict sus", ["suspect"], ["complete"]),
    ("walks --ver", ["--verdict"], ["--retry"]),
    ("completion ", ["bash", "zsh", "fish"], []),
    ("wal", ["walks"], ["crawl"]),
]
#: Each question is a line; so is what stands between two answers.
ASK_BASH = """
source "$1"
while IFS= read -r line; do
  IFS=$'\\x1f' read -r -a COMP_WORDS <<<"$line"
  [[ $line == *$'\\x1f' ]] && COMP_WORDS+=('')
  COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
  _igcrawl_scrapy 2>&1
  printf '%s\\n' "${COMPREPLY[@]}" ---
done
"""
ASK_FISH = """
source $argv[1]
while read -l line
  complete -C "scrapy $line"
  echo ---
end
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project with two sessions beside a file with a command in its name, and the scripts of all shells."""
    project = tmp_path_factory.mktemp("completion")
    (project / "scrapy.cfg").touch()
    (project / "deep").mkdir()
    (project / "sessions").mkdir()
    for name in ("mine", "second", "$(touch ran)"):
        (project / "sessions" / f"{name}.json").touch()
    for shell in SHELLS:
        settings = Settings({"SPIDER_MODULES": ["spiders"], "COMMANDS_MODULE": "igcrawl.commands"})
        (project / f"script.{shell}").write_text(script_for(settings, shell), "utf-8")
    return project


def at_equals(word: str) -> list[str]:
    """A word as bash takes it apart."""
    name, equals, value = word.partition("=")
    return [part for part in (name, equals, value) if part] or [""]


def as_bash_asks(typed: str) -> str:
    """What is typed as the words that bash takes it for."""
    return "\x1f".join(part for word in ["scrapy", *typed.split(" ")] for part in at_equals(word))


ASK = {
    "bash": (["bash", "--norc", "-c", ASK_BASH, "bash"], as_bash_asks),
    "fish": (["fish", "--no-config", "-c", ASK_FISH], str),
}


@pytest.fixture(scope="module", params=ASK)
def found(request: pytest.FixtureRequest, folder: Path) -> dict[str, list[str]]:
    """What a shell offers for each of what is typed."""
    command, as_asked = ASK[request.param]
    if shutil.which(command[0]) is None:
        pytest.skip(f"there is no {command[0]}")
    questions = "".join(f"{as_asked(typed)}\n" for typed, _, _ in TYPED)
    run = subprocess.run(
        [*command, folder / f"script.{request.param}"],
        cwd=folder / "deep", input=questions, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert run.stderr == ""
    answers = {}
    for (typed, _, _), answer in zip(TYPED, run.stdout.split("---\n")[:-1], strict=True):
        last = typed.rpartition(" ")[2]
        # Bash is given what stands behind the equals sign only.
        before = last.rpartition("=")[0] + "=" if "=" in last and request.param == "bash" else ""
        answers[typed] = [before + line.partition("\t")[0] for line in answer.splitlines()]
    return answers


class AtTerminal:
    """An interactive shell at a terminal."""

    def __init__(self, command: list[str], folder: Path) -> None:
        pid, self._master = pty.fork()
        if pid == 0:
            os.chdir(folder)
            os.environ.update({"TERM": "dumb", "PS1": "$ ", "HOME": str(folder), "ZDOTDIR": str(folder)})
            os.execvp(command[0], command)
        self._pid = pid

    def type(self, text: str, until: str) -> str:
        """Type, and return what the terminal shows up to a text."""
        os.write(self._master, text.encode())
        shown, deadline = "", time.monotonic() + 20
        while until not in shown and time.monotonic() < deadline:
            if select.select([self._master], [], [], 0.1)[0]:
                shown += os.read(self._master, 65536).decode(errors="replace")
        assert until in shown, shown
        return shown

    def close(self) -> None:
        os.close(self._master)
        os.waitpid(self._pid, 0)


@pytest.mark.parametrize(("typed", "offered", "others"), TYPED, ids=[typed for typed, _, _ in TYPED])
def test_what_a_shell_offers(found: dict[str, list[str]], typed: str, offered: list[str], others: list[str]) -> None:
    assert [word for word in offered if word not in found[typed]] == []
    assert [word for word in others if word in found[typed]] == []


def test_no_shell_runs_what_the_name_of_a_file_holds(found: dict[str, list[str]], folder: Path) -> None:
    assert [word for words in found.values() for word in words if "touch" in word] == []
    assert not (folder / "deep" / "ran").exists()


@pytest.mark.parametrize(
    ("shell", "command", "begin"),
    [
        ("bash", ["bash", "--norc", "-i"], "source ../script.bash"),
        ("zsh", ["zsh", "-f", "-i"], 'autoload -U compinit; compinit -u; eval "$(cat ../script.zsh)"'),
    ],
)
def test_a_tab_completes_at_a_terminal(folder: Path, shell: str, command: list[str], begin: str) -> None:
    if shutil.which(shell) is None:
        pytest.skip(f"there is no {shell}")
    terminal = AtTerminal(command, folder / "deep")
    try:
        terminal.type(f"{begin}; scrapy() {{ echo \"[$@]\"; }}; echo rea''dy\n", "ready")
        for typed, whole in (
            ("scrapy cra\tsugg\t-a expa\t1\n", "[crawl suggestions -a expand=1]"),
            (
                "scrapy crawl search -a tab=acc\t-s IG_SESSION=sec\t\n",
                "[crawl search -a tab=accounts -s IG_SESSION=second]",
            ),
            ("scrapy session check mi\t\n", "[session check mine]"),
        ):
            terminal.type(typed, whole)
    finally:
        terminal.close()


def test_a_shell_that_is_not_known_is_refused(scrapy: Scrapy) -> None:
    for words, meant in (((), ""), (("bahs",), "did you mean bash? ")):
        run = scrapy("completion", *words)
        assert (run.code, run.out, run.err) == (2, "", f"igcrawl: {meant}give one shell: bash, zsh, fish\n")


def test_the_command_prints_the_script(scrapy: Scrapy, folder: Path) -> None:
    run = scrapy("completion", "fish")
    assert run.code == 0
    assert "complete -c scrapy" in run.out
