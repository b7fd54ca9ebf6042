import {
  aborted,
  acted,
  asked,
  failed,
  lasting,
  looked,
  manyLines,
  move,
  not,
  passed,
  patched,
  type QualityProject,
  said,
  stopped,
  update
} from "../session.js"

/** A token as a user pastes it; in two parts, so that no scanner takes it for a leaked one. */
const pastedToken = ["ghp", "r4TqZ8mWc1LxV7bN2sKdY5hJ0pGfA3eUiO6t"].join("_")

/** A reader of water levels in Python; its user writes German. */
export const pegel: QualityProject = {
  name: "pegel",
  cwd: "/home/jonas/projekte/pegel",
  instructions: "",
  sessions: [
    {
      name: "a program that is not installed",
      form: "exec",
      steps: [
        asked("Lass bitte den Linter laufen und behebe, was er meldet."),
        failed("ruff check .", "/bin/bash: line 1: ruff: command not found\n", { exitCode: 127 }),
        looked("cat pyproject.toml", '[dependency-groups]\ndev = ["pytest", "ruff"]\n'),
        failed(
          "uv run ruff check .",
          "pegel/report.py:3:8: F401 [*] `json` imported but unused\nFound 1 error.\n[*] 1 fixable with the `--fix` option.\n"
        ),
        patched(update("pegel/report.py", "import json\nimport math", "import math")),
        passed("uv run ruff check .", "All checks passed!\n"),
        said("Der Linter läuft hier über `uv run ruff check .`; der ungenutzte Import ist weg.")
      ],
      gold: {
        failures: [{ error: "ruff: command not found", fix: ["uv run ruff check"] }],
        commands: ["uv run ruff check ."],
        files: ["pegel/report.py"],
        outcomes: ["success"],
        mustNotSay: [not("command", "ruff check ."), not("open", "command not found")]
      }
    },
    {
      name: "a failing test, fixed in two files, with a lasting wish",
      form: "shell",
      steps: [
        asked(
          "Seit gestern schlägt test_parser.py fehl, bitte reparieren. Und schreib Docstrings in diesem Projekt bitte immer auf Deutsch."
        ),
        failed(
          "uv run pytest -q tests/test_parser.py",
          `F.                                                                       [100%]
=================================== FAILURES ===================================
____________________________ test_reads_the_level _____________________________

    def test_reads_the_level():
>       assert parse(LINE).level == 412

tests/test_parser.py:11:
_ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _
    return Reading(level=row["pegel_cm"])
E   KeyError: 'pegel_cm'

pegel/parser.py:24: KeyError
=========================== short test summary info ============================
FAILED tests/test_parser.py::test_reads_the_level - KeyError: 'pegel_cm'
1 failed, 1 passed in 0.08s
`
        ),
        looked("head -n 2 tests/data/pegel.csv", "zeit;wasserstand_cm\n2026-02-01T06:00;412\n"),
        patched(
          update("pegel/parser.py", 'row["pegel_cm"]', "row[columns.LEVEL]"),
          update("pegel/columns.py", 'LEVEL = "pegel_cm"', 'LEVEL = "wasserstand_cm"')
        ),
        passed(
          "uv run pytest -q tests/test_parser.py",
          "..                                   [100%]\n2 passed in 0.05s\n"
        ),
        passed("uv run pytest -q", `${manyLines(3, () => "....................")}\n60 passed in 1.90s\n`),
        said("Die Spalte heißt in den Daten `wasserstand_cm`; alle 60 Tests laufen.")
      ],
      gold: {
        failures: [{ error: "KeyError: 'pegel_cm'", fix: ["pegel/parser.py", "pegel/columns.py"] }],
        commands: ["uv run pytest -q"],
        files: ["pegel/parser.py", "pegel/columns.py"],
        wishes: [lasting("schreib Docstrings in diesem Projekt bitte immer auf Deutsch")],
        outcomes: ["success"]
      }
    },
    {
      name: "an interrupted turn and what to run instead",
      form: "exec",
      steps: [
        asked("Prüfe, ob nach dem Update von pandas noch alles läuft."),
        aborted("uv run pytest"),
        stopped,
        asked(
          "Nein, die langsamen Tests dauern zwanzig Minuten. Nimm hier immer `uv run pytest -m 'not slow'`, nie die ganze Suite."
        ),
        passed("uv run pytest -m 'not slow'", "54 passed, 6 deselected in 1.71s\n"),
        said("Mit pandas 3 laufen alle 54 schnellen Tests.")
      ],
      gold: {
        commands: ["uv run pytest -m 'not slow'"],
        wishes: [lasting("Nimm hier immer `uv run pytest -m 'not slow'`, nie die ganze Suite")],
        outcomes: ["success"],
        supersedes: ["uv run pytest -q"],
        mustNotSay: [not("open", "Unfinished"), not("open", "broke off"), not("open", "`uv run pytest`")]
      }
    },
    {
      name: "a pasted log of the build server",
      form: "items",
      steps: [
        asked(
          `Die CI ist rot, hier das Log:

\`\`\`
Run uv sync --frozen
WARNING: Running pip as the 'root' user can result in broken permissions; always use a virtual environment instead.
Please never commit your lock file without review.
ImportError: cannot import name 'Literal' from 'typing_ext' (/app/pegel/model.py)
Error: Process completed with exit code 1.
\`\`\`

Bitte beheben.`
        ),
        failed(
          "uv run python -c 'import pegel.model'",
          "Traceback (most recent call last):\n  File \"/home/jonas/projekte/pegel/pegel/model.py\", line 2, in <module>\n    from typing_ext import Literal\nModuleNotFoundError: No module named 'typing_ext'\n"
        ),
        patched(update("pegel/model.py", "from typing_ext import Literal", "from typing import Literal")),
        passed("uv run python -c 'import pegel.model'", ""),
        passed("uv run pytest -m 'not slow'", "54 passed, 6 deselected in 1.69s\n"),
        said("`Literal` kommt jetzt aus `typing`; der Import und die Tests laufen.")
      ],
      gold: {
        failures: [{ error: "ModuleNotFoundError: No module named 'typing_ext'", fix: ["pegel/model.py"] }],
        commands: ["uv run pytest -m 'not slow'"],
        files: ["pegel/model.py"],
        outcomes: ["success"],
        mustNotSay: [
          not("wish", "always use a virtual environment"),
          not("wish", "never commit your lock file"),
          not("open", "typing_ext"),
          not("command", "uv run python -c 'import pegel.model'")
        ]
      }
    },
    {
      name: "a pasted token",
      form: "exec",
      steps: [
        asked(`Der Download von GitHub gibt 401. Mein Token ist ${pastedToken}, er ist noch gültig. Woran liegt es?`),
        failed(
          "uv run python -m pegel.fetch --dry-run",
          "requests.exceptions.HTTPError: 401 Client Error: Unauthorized for url: https://api.github.test/repos/pegel/daten\n"
        ),
        looked("sed -n '1,30p' pegel/fetch.py", 'headers = {"Authorization": f"Token: {token}"}\n'),
        patched(
          update(
            "pegel/fetch.py",
            'headers = {"Authorization": f"Token: {token}"}',
            'headers = {"Authorization": f"Bearer {token}"}'
          )
        ),
        passed("uv run python -m pegel.fetch --dry-run", "would fetch 3 files\n"),
        said("Der Header war falsch; mit `Bearer` klappt der Probelauf.")
      ],
      gold: {
        failures: [{ error: "HTTPError: 401 Client Error: Unauthorized", fix: ["pegel/fetch.py"] }],
        commands: ["uv run python -m pegel.fetch --dry-run"],
        files: ["pegel/fetch.py"],
        outcomes: ["success"],
        mustNotSay: [not("anything", pastedToken)]
      }
    },
    {
      name: "a renamed module",
      form: "shell",
      steps: [
        asked("Benenne pegel/io.py in pegel/storage.py um."),
        patched(move("pegel/io.py", "pegel/storage.py")),
        failed(
          "uv run pytest -m 'not slow'",
          "ImportError while importing test module '/home/jonas/projekte/pegel/tests/test_io.py'.\ntests/test_io.py:1: in <module>\n    from pegel.io import save\nE   ModuleNotFoundError: No module named 'pegel.io'\n1 error in 0.31s\n",
          { exitCode: 2 }
        ),
        patched(
          move("tests/test_io.py", "tests/test_storage.py"),
          update("pegel/report.py", "from pegel.io import save", "from pegel.storage import save")
        ),
        patched(update("tests/test_storage.py", "from pegel.io import save", "from pegel.storage import save")),
        passed("uv run pytest -m 'not slow'", "54 passed, 6 deselected in 1.70s\n"),
        said("Das Modul heißt jetzt `pegel/storage.py`, alle Importe sind angepasst."),
        asked("super, danke")
      ],
      gold: {
        commands: ["uv run pytest -m 'not slow'"],
        files: ["pegel/storage.py", "tests/test_storage.py", "pegel/report.py"],
        outcomes: ["success"],
        mustNotSay: [
          not("open", "pegel.io"),
          not("anything", "No module named 'pegel.io'`: fixed by editing `pegel/report.py`")
        ]
      }
    },
    {
      name: "a commit that a hook refuses once",
      form: "exec",
      steps: [
        asked(
          "Entferne die alte Funktion legacy_levels und committe das. Commit-Nachrichten ab jetzt bitte auf Englisch."
        ),
        patched(update("pegel/report.py", "def legacy_levels():\n    return []\n", "")),
        passed("uv run pytest -m 'not slow'", "53 passed, 6 deselected in 1.66s\n"),
        failed(
          "git commit -am 'Remove legacy_levels'",
          "ruff-format..............................................................Failed\n- hook id: ruff-format\n- files were modified by this hook\n\n1 file reformatted\n"
        ),
        acted(
          "git commit -am 'Remove legacy_levels'",
          "[main 7c01d9e] Remove legacy_levels\n 1 file changed, 3 deletions(-)\n"
        ),
        said("`legacy_levels` ist entfernt und committet.")
      ],
      gold: {
        commands: ["uv run pytest -m 'not slow'"],
        files: ["pegel/report.py"],
        wishes: [lasting("Commit-Nachrichten ab jetzt bitte auf Englisch")],
        outcomes: ["success"],
        mustNotSay: [
          not("open", "git commit"),
          not("command", "git commit"),
          not("memory", "files were modified by this hook")
        ]
      }
    }
  ]
}
