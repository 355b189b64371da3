"""The file: whole lines, counters, what cannot be written."""

import ast
import errno
import os
import pickle
import resource
import signal
import subprocess
import sys
import threading
import unittest
from pathlib import Path

from support import PYTHON, REPOSITORY, Case, of_type, records, stderr

from creditlog import CreditLog
from creditlog.log import LONGEST


class Log(Case):
    def test_records_begin_with_what_readers_index_and_are_counted(self):
        log = CreditLog(self.folder / "log.jsonl", "demo", clock=lambda: 2.5, env="e", writer={"host": "h", "pid": 1})
        log.write("action", "ep", result="r", parents=[], step=1, agent="a", id="a1", action=None)
        self.assertEqual((self.folder / "log.jsonl").read_text(), (
            '{"type":"run","ts":2.5,"credit_log":1,"run":"demo","writer":{"host":"h","pid":1},"env":"e","seq":0}\n'
            '{"type":"action","episode":"ep","id":"a1","agent":"a","ts":2.5,"step":1,"parents":[],"result":"r",'
            '"action":null,"seq":1}\n'))

    def test_each_record_is_one_write(self):
        log = CreditLog(self.folder / "log.jsonl", "demo")
        sizes = []
        write = os.write
        os.write = lambda fd, data: sizes.append(len(data)) or write(fd, data)
        self.addCleanup(setattr, os, "write", write)
        log.write("action", "ep", agent="a", action="x" * 1_000_000)
        log.write("reward", "ep", value=1)
        self.assertEqual(sizes, [len(it) for it in Path(log.path).read_bytes().splitlines(True)[1:]])

    def test_it_appends(self):
        for _ in range(2):
            with CreditLog(self.folder / "log.jsonl", "demo") as log:
                log.write("action", "ep", agent="a")
        self.assertEqual([row["seq"] for row in records(self.folder)], [0, 1, 0, 1])

    def test_a_directory_gets_a_file_for_the_process(self):
        log = CreditLog(f"{self.folder}/new/", "a run/1")
        self.assertEqual(os.path.dirname(log.path), f"{self.folder}/new")
        self.assertTrue(os.path.basename(log.path).startswith("a-run-1-"), log.path)
        self.assertTrue(log.path.endswith(f"-{os.getpid()}.jsonl"), log.path)
        self.assertEqual(records(log.path)[0]["run"], "a run/1")

    def test_threads_share_a_log(self):
        log = CreditLog(self.folder / "log.jsonl", "demo")
        with log.episode("ep") as episode:
            work = [threading.Thread(target=lambda: [episode.action("a", "x" * 100) for _ in range(500)])
                    for _ in range(8)]
            for thread in work:
                thread.start()
            for thread in work:
                thread.join()
        rows = records(log.path)
        self.assertEqual([row["seq"] for row in rows], list(range(4003)))
        self.assertEqual(len({row["id"] for row in of_type(rows, "action")}), 4000)

    def test_a_log_from_a_pickle_writes_a_file_of_its_own_elsewhere(self):
        log = CreditLog(self.folder / "log.jsonl", "demo", env="e")
        log.write("reward", "ep", value=1)
        code = ("import pickle, sys; log = pickle.loads(sys.stdin.buffer.read()); "
                "log.write('reward', 'ep', value=2); print(log.path)")
        child = subprocess.run([sys.executable, "-c", code], input=pickle.dumps(log), capture_output=True, check=True,
                               env={**os.environ, "PYTHONPATH": str(PYTHON)})
        path = child.stdout.decode().strip()
        self.assertNotEqual(path, log.path)
        self.assertEqual([(row["type"], row["seq"]) for row in records(path)], [("run", 0), ("reward", 1)])
        self.assertEqual(records(path)[0]["env"], "e")
        self.assertNotEqual(records(path)[0]["writer"]["pid"], os.getpid())
        self.assertEqual(len(records(log.path)), 2)

    def test_rank_is_found(self):
        os.environ["RANK"] = "3"
        self.addCleanup(os.environ.pop, "RANK")
        log = CreditLog(self.folder / "log.jsonl", "demo")
        self.assertEqual(records(log.path)[0]["writer"]["rank"], 3)


class Trouble(Case):
    """Nothing raises; what is lost is counted, and told once."""

    def test_a_full_disk(self):
        if not os.path.exists("/dev/full"):
            self.skipTest("no /dev/full")
        with stderr() as said:
            log = CreditLog("/dev/full", "demo")
            with log.episode("ep") as episode:
                episode.action("a", "x")
        self.assertEqual(log.dropped, 3)
        self.assertIn("No space left", log.error)
        self.assertEqual(said.getvalue().count("\n"), 1, said.getvalue())
        self.assertIn("'/dev/full'", said.getvalue())

    def test_a_file_at_its_limit_then_room_again(self):
        """A record that was cut off by the limit spoils no later one, and leaves a gap in `seq`."""
        log = CreditLog(self.folder / "log.jsonl", "demo")
        log.write("action", "ep", agent="a", id="a1")
        before = resource.getrlimit(resource.RLIMIT_FSIZE)
        handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        try:
            resource.setrlimit(resource.RLIMIT_FSIZE, (os.path.getsize(log.path) + 40, before[1]))
            with stderr():
                log.write("action", "ep", agent="a", id="a2", action="x" * 100)
                log.write("action", "ep", agent="a", id="a3")
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, before)
            signal.signal(signal.SIGXFSZ, handler)
        self.assertEqual(log.dropped, 2)
        self.assertIn(os.strerror(errno.EFBIG), log.error)
        log.write("action", "ep", agent="a", id="a4")
        self.assertEqual(log.dropped, 2)
        lines = Path(log.path).read_text().splitlines()
        self.assertEqual(len(lines), 4, lines)
        self.assertEqual(len(lines[2]), 40)
        self.assertIn('"id":"a4"', lines[3])
        said = self.check()
        self.assertEqual(said["counts"]["bad_lines"], 1)
        self.assertIn("seq-gap", [it["rule"] for it in said["findings"]])

    def test_a_descriptor_that_somebody_closed_is_opened_again(self):
        log = CreditLog(self.folder / "log.jsonl", "demo")
        os.close(log._fd)
        log.write("action", "ep", agent="a")
        self.assertEqual((log.dropped, [row["seq"] for row in records(log.path)]), (0, [0, 1]))

    def test_a_closed_log(self):
        log = CreditLog(self.folder / "log.jsonl", "demo")
        log.close()
        log.close()
        with stderr() as said:
            log.write("action", "ep", agent="a")
            log.write("action", "ep", agent="a")
        self.assertEqual(log.dropped, 2)
        self.assertEqual(said.getvalue().count("closed"), 1)

    def test_a_place_that_cannot_be_written(self):
        (self.folder / "file").touch()
        with stderr() as said:
            log = CreditLog(self.folder / "file" / "log.jsonl", "demo")
            log.write("reward", "ep", value=1)
        self.assertEqual(log.dropped, 1)
        self.assertEqual(said.getvalue().count("\n"), 1)

    def test_a_run_record_that_could_not_be_written_comes_later(self):
        (self.folder / "place").touch()
        with stderr():
            log = CreditLog(self.folder / "place" / "log.jsonl", "demo", agents=["a"])
            log.write("reward", "ep", value=1)
            (self.folder / "place").unlink()
            log._retry_at = 0.0  # a second later
            log.write("reward", "ep", value=2)
        self.assertEqual(log.dropped, 1)
        rows = records(self.folder / "place")
        self.assertEqual([(row["type"], row["seq"]) for row in rows], [("run", 1), ("reward", 2)])
        self.assertEqual(rows[0]["agents"], [{"id": "a"}])

    def test_a_stderr_that_is_closed_too(self):
        log = CreditLog(self.folder / "log.jsonl", "demo")
        log.close()
        before, sys.stderr = sys.stderr, None
        try:
            log.write("action", "ep", agent="a")
            sys.stderr = open(os.devnull, "w")
            sys.stderr.close()
            log._error = None  # so that it is told again
            log.write("action", "ep", agent="a")
        finally:
            sys.stderr = before
        self.assertEqual(log.dropped, 2)

    def test_a_clock_that_fails(self):
        times = [1.0]
        with stderr():
            log = CreditLog(self.folder / "log.jsonl", "demo", clock=lambda: times.pop())
            log.write("reward", "ep", value=1)
            log.write("reward", "ep", value=1, ts=2.0)
        self.assertEqual((log.dropped, log.error), (1, "IndexError: pop from empty list"))
        self.assertEqual([row["seq"] for row in records(log.path)], [0, 2])

    def test_code_under_guard(self):
        log = CreditLog(self.folder / "log.jsonl", "demo")
        with stderr() as said:
            with log.guard():
                raise KeyError("agent")
            with log.guard():
                log.write("reward", "ep", value=1)
        self.assertEqual((log.dropped, log.error), (1, "KeyError: 'agent'"))
        self.assertIn("KeyError", said.getvalue())
        self.assertEqual(len(records(log.path)), 2)

    def test_a_record_that_no_reader_takes(self):
        log = CreditLog(self.folder / "log.jsonl", "demo")
        with stderr():
            log.write("action", "ep", agent="a", obs="x" * LONGEST)
        self.assertEqual(log.dropped, 1)
        self.assertEqual(len(records(log.path)), 1)


class Source(unittest.TestCase):
    def test_the_module_is_python_3_9_and_imports_the_standard_library_alone(self):
        standard = {"__future__", "collections", "contextlib", "dataclasses", "errno", "itertools", "json", "math", "os", "socket",
                    "sys", "threading", "time", "typing", "weakref", "creditlog"}
        for path in (PYTHON / "creditlog").glob("*.py"):
            tree = ast.parse(path.read_text(), feature_version=(3, 9))
            for node in ast.walk(tree):
                names = [it.name for it in node.names] if isinstance(node, ast.Import) else []
                names += [node.module] if isinstance(node, ast.ImportFrom) else []
                self.assertEqual({it.partition(".")[0] for it in names} - standard, set(), path)


class Samples(Case):
    def test_samples_are_recorded_with_it_byte_for_byte(self):
        samples = REPOSITORY / "sample-logs"
        if not samples.is_dir():
            self.skipTest("no sample logs here")
        subprocess.run([sys.executable, str(samples / "recorders" / "truth.py"), str(self.folder)], check=True,
                       capture_output=True, env={**os.environ, "PYTHONPATH": str(PYTHON)})
        made = sorted(self.folder.glob("truth-*.jsonl"))
        self.assertEqual([it.name for it in made], [it.name for it in sorted(samples.glob("truth-*.jsonl"))])
        for path in made:
            self.assertEqual(path.read_bytes(), (samples / path.name).read_bytes(), path.name)


if __name__ == "__main__":
    unittest.main()
