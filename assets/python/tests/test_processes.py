"""Many processes: nothing lost, nothing torn, every process its own file."""

import multiprocessing
import os
import signal
import threading
import unittest
from collections import Counter

from support import Case, of_type, records

from creditlog import CreditLog

WRITERS = 8
EACH = 400


def play(log: CreditLog, rank: int) -> None:
    """An episode of `EACH` acts of very different lengths."""
    with log.episode(f"ep-{rank}") as episode:
        for step in range(EACH):
            episode.action(f"agent-{rank}", "x" * (step * step % 9973), step=step, parents=[])
        episode.reward(1.0)
        episode.end("success")


def open_and_play(path: str, rank: int) -> None:
    play(CreditLog(path, "demo"), rank)


def run(context: str, target, arguments) -> None:
    """`target(argument, rank)` in a process for each of `WRITERS` ranks, all at once."""
    processes = [multiprocessing.get_context(context).Process(target=target, args=(arguments, rank))
                 for rank in range(WRITERS)]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    assert [process.exitcode for process in processes] == [0] * WRITERS


class Writers(Case):
    def whole(self, files: int) -> None:
        """Everything that was written is there once, in `files` files."""
        self.assertEqual(len(list(self.folder.iterdir())), files)
        rows = records(self.folder)
        acts = of_type(rows, "action")
        self.assertEqual(Counter(row["episode"] for row in acts), {f"ep-{rank}": EACH for rank in range(WRITERS)})
        self.assertEqual(sorted((row["episode"], row["step"]) for row in acts),
                         sorted((f"ep-{rank}", step) for rank in range(WRITERS) for step in range(EACH)))
        self.assertTrue(all(len(row["action"]) == row["step"] ** 2 % 9973 for row in acts))
        said = self.valid("seq-restart", "interleaved-writers")
        self.assertEqual(said["records_by_type"]["action"], WRITERS * EACH)
        self.assertEqual(said["counters"]["missing"], 0)

    def test_eight_share_one_file(self):
        run("spawn", open_and_play, str(self.folder / "log.jsonl"))
        self.whole(files=1)

    def test_eight_have_a_file_each_in_one_directory(self):
        run("spawn", open_and_play, f"{self.folder}/")
        self.whole(files=WRITERS)

    def test_eight_get_the_log_by_pickle(self):
        run("spawn", play, CreditLog(self.folder / "log.jsonl", "demo"))
        self.whole(files=WRITERS + 1)

    def test_eight_inherit_the_log_by_fork(self):
        run("fork", play, CreditLog(self.folder / "log.jsonl", "demo"))
        self.whole(files=WRITERS + 1)


class Fork(Case):
    def child(self, what) -> None:
        """Does something in a forked child."""
        pid = os.fork()
        if pid == 0:
            signal.alarm(60)  # a child that waits for a lock of its parent would wait forever
            try:
                what()
                os._exit(0)
            finally:
                os._exit(1)
        self.assertEqual(os.waitpid(pid, 0)[1], 0)

    def test_a_child_opens_its_own_file_with_its_own_counter(self):
        log = CreditLog(self.folder / "log.jsonl", "demo", env="e")
        episode = log.episode("ep", agents=["a"])
        first = episode.action("a", "before", parents=[])
        self.child(lambda: episode.action("a", "in the child", parents=[first]))
        episode.action("a", "after", parents=[first])
        files = {it.name: records(it) for it in self.folder.iterdir()}
        own = files.pop("log.jsonl")
        self.assertEqual([row["seq"] for row in own], [0, 1, 2, 3])
        [(name, forked)] = files.items()
        self.assertTrue(name.startswith("log.") and name.endswith(".jsonl"), name)
        self.assertEqual([row["type"] for row in forked], ["run", "action"])
        self.assertEqual([row["seq"] for row in forked], [0, 1])
        self.assertEqual(forked[0]["run"], "demo")
        self.assertIn(f"-{forked[0]['writer']['pid']}.", name)
        ids = [row["id"] for row in of_type(own + forked, "action")]
        self.assertEqual(len(set(ids)), 3, ids)

    def test_a_child_that_writes_nothing_leaves_no_file(self):
        log = CreditLog(self.folder / "log.jsonl", "demo")
        self.child(lambda: None)
        self.assertEqual(os.listdir(self.folder), ["log.jsonl"])
        self.assertEqual(log.dropped, 0)

    def test_a_fork_while_a_thread_writes_stops_nobody(self):
        log = CreditLog(self.folder / "log.jsonl", "demo")
        taken, done = threading.Event(), threading.Event()

        def hold():
            with log._lock:
                taken.set()
                done.wait()

        thread = threading.Thread(target=hold)
        thread.start()
        taken.wait()
        self.child(lambda: log.write("reward", "ep", value=1))
        done.set()
        thread.join()
        self.assertEqual(sorted(row["type"] for row in records(self.folder)), ["reward", "run", "run"])


if __name__ == "__main__":
    unittest.main()
