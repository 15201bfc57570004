"""Words that a shell offers, as functions in the language of each shell."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

#: Prints the names of the sessions in the project's folder, the nearest above with a scrapy.cfg. What is no name of a
#: session is left out: a shell would run what the name of a file holds, such as `$(…)`.
_SESSIONS_SH: Final = """\
_igcrawl_session_names() {
  {options}local folder=$PWD each
  while [ -n "$folder" ] && [ ! -e "$folder/scrapy.cfg" ]; do folder=${folder%/*}; done
  for each in "${folder:-$PWD}"/sessions/*.json; do
    [ -e "$each" ] || continue
    each=${each##*/} each=${each%.json}
    case $each in -*|*[!A-Za-z0-9._-]*) ;; *) echo "{before}$each" ;; esac
  done
}
"""
_SESSIONS_FISH: Final = """\
function _igcrawl_session_names
  set -l folder $PWD
  while test -n "$folder"; and not test -e "$folder/scrapy.cfg"
    set folder (string replace -r '/[^/]*$' '' -- $folder)
  end
  test -n "$folder"; or set folder $PWD
  for each in $folder/sessions/*.json
    set each (string replace -r '.json$' '' -- (path basename $each))
    string match -qr '^[A-Za-z0-9_][A-Za-z0-9._-]*$' -- $each; and echo $argv[1]$each
  end
end
"""
#: Bash takes NAME=VALUE apart before it asks; shtab's function gets it whole, and what was typed is not said again.
BASH_WRAPPER: Final = """
_igcrawl_scrapy() {
  local joined=() glue= at=0 i word
  for ((i = 0; i < ${#COMP_WORDS[@]}; i++)); do
    word=${COMP_WORDS[i]}
    if [[ ${#joined[@]} -gt 0 && ( $word == = || -n $glue ) ]]; then
      joined[${#joined[@]}-1]+=$word
    else
      joined+=("$word")
    fi
    [[ $word == = ]] && glue=1 || glue=
    ((i == COMP_CWORD)) && at=$((${#joined[@]} - 1))
  done
  local COMP_WORDS=("${joined[@]}") COMP_CWORD=$at
  _shtab_scrapy
  local typed=${COMP_WORDS[COMP_CWORD]}
  [[ ${COMPREPLY[*]} == *= ]] && compopt -o nospace 2>/dev/null
  [[ $typed == *=* ]] && COMPREPLY=("${COMPREPLY[@]#"${typed%"${typed##*=}"}"}")
  return 0
}
complete -o bashdefault -F _igcrawl_scrapy scrapy
"""


@dataclass(frozen=True, slots=True)
class Words:
    """Words that may stand in one place.

    Args:
        name: of the function, in every shell.
        words: ``NAME=`` alone where any value may follow.
        sessions: what stands before the name of a session, None where no session is meant.
    """

    name: str
    words: Sequence[str]
    sessions: str | None = None

    @property
    def first(self) -> list[str]:
        """Words that are offered while no name is complete: those that end with the equals sign, or have none."""
        return list(dict.fromkeys(word.partition("=")[0] + "=" if "=" in word else word for word in self.words))

    @property
    def completes(self) -> dict[str, str]:
        """The functions by which shtab offers these words."""
        return {"bash": self.name, "zsh": self.name, "fish": f"({self.name})"}


def preambles(lists: Sequence[Words]) -> dict[str, str]:
    """Return the functions of all words, by shell."""
    bash = _SESSIONS_SH.replace("{options}", "").replace("{before}", "$1")
    zsh = _SESSIONS_SH.replace("{options}", "setopt local_options null_glob\n  ").replace("{before}", "$1")
    return {
        "bash": "\n".join([bash, *map(_bash, lists)]),
        "zsh": "\n".join([zsh, *map(_zsh, lists)]),
        "fish": "\n".join([_SESSIONS_FISH, *map(_fish, lists)]),
    }


def _bash(words: Words) -> str:
    first, whole = (shlex.quote(" ".join(each)) for each in (words.first, words.words))
    named = "" if words.sessions is None else f' "$(_igcrawl_session_names {shlex.quote(words.sessions)})"'
    early = named if words.sessions == "" else ""
    return f"""\
{words.name}() {{
  if [[ $1 == *=* ]]; then local offered=({whole}{named}); else local offered=({first}{early}); fi
  compgen -W "${{offered[*]}}" -- "$1"
}}
"""


def _zsh(words: Words) -> str:
    whole = " ".join(map(shlex.quote, words.words))
    named = "" if words.sessions is None else f' ${{(f)"$(_igcrawl_session_names {shlex.quote(words.sessions)})"}}'
    early = named if words.sessions == "" else ""
    return f"""\
{words.name}() {{
  if [[ $PREFIX == *=* ]]; then compadd -- {whole}{named}; return; fi
  compadd -S '' -- {_ending(words, equals=True)}
  compadd -- {_ending(words, equals=False)}{early}
}}
"""


def _ending(words: Words, *, equals: bool) -> str:
    return " ".join(shlex.quote(word) for word in words.first if word.endswith("=") is equals)


def _fish(words: Words) -> str:
    first, whole = (" ".join(map(shlex.quote, each)) for each in (words.first, words.words))
    named = "" if words.sessions is None else f"\n    _igcrawl_session_names {shlex.quote(words.sessions)}"
    early = named if words.sessions == "" else ""
    return f"""\
function {words.name}
  if string match -q '*=*' -- (commandline -ct)
    printf '%s\\n' {whole}{named}
  else
    printf '%s\\n' {first}{early}
  end
end
"""
