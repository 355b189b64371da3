"""What the tests share: a folder for each, records read back with plain json, and `creditscope check`."""

from __future__ import annotations

import contextlib
import io
import json
import os
import shutil
import subprocess
import tempfile
import unittest
from pathlib import Path
from typing import Any

PYTHON = Path(__file__).resolve().parent.parent
REPOSITORY = PYTHON.parent.parent
PROGRAM = os.environ.get("CREDITSCOPE") or shutil.which("creditscope")


class Case(unittest.TestCase):
    """A test with a folder of its own, which is gone afterwards."""

    def setUp(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="creditlog-"))
        self.addCleanup(shutil.rmtree, self.folder)

    def check(self, *options: str, path: Any = None) -> dict[str, Any]:
        """What `creditscope check` says of the folder; skips the test where there is no such program."""
        if PROGRAM is None:
            self.skipTest("no creditscope: set CREDITSCOPE to its path")
        done = subprocess.run([PROGRAM, "check", str(path or self.folder), "--format", "json", *options],
                              capture_output=True, text=True)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        return json.loads(done.stdout)

    def valid(self, *allowed: str, path: Any = None) -> dict[str, Any]:
        """Asserts that nothing is wrong with what was written but findings of the rules `allowed`."""
        said = self.check(path=path)
        self.assertEqual([it for it in said["findings"] if it["rule"] not in allowed], [])
        self.assertEqual(said["counts"]["bad_lines"], 0)
        return said

    def report(self, *options: str) -> dict[str, Any]:
        """The report about the only episode of the folder."""
        if PROGRAM is None:
            self.skipTest("no creditscope: set CREDITSCOPE to its path")
        done = subprocess.run([PROGRAM, "report", str(self.folder), "--format", "json", *options],
                              capture_output=True, text=True)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        return json.loads(done.stdout)


def records(path: Any) -> list[dict[str, Any]]:
    """Every line of a file, or of all files of a folder by their names, as strict JSON: ASCII, nothing but finite numbers."""
    path = Path(path)
    files = sorted(path.iterdir()) if path.is_dir() else [path]
    lines = [line for file in files for line in file.read_bytes().decode("ascii").splitlines()]
    return [json.loads(line, parse_constant=_refuse) for line in lines]


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is no JSON")


def of_type(rows: list[dict[str, Any]], type: str) -> list[dict[str, Any]]:
    return [row for row in rows if row["type"] == type]


@contextlib.contextmanager
def stderr():
    """What is said on stderr meanwhile."""
    with contextlib.redirect_stderr(io.StringIO()) as said:
        yield said
