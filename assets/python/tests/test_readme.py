"""The example of the README, as it stands there."""

import os
import re
import unittest

from support import REPOSITORY, Case, records


class Readme(Case):
    def test_the_example_runs_and_is_valid(self):
        if not (REPOSITORY / "README.md").is_file():
            self.skipTest("no README here")
        text = (REPOSITORY / "README.md").read_text()
        example = re.search(r"### Write a log from Python\n.*?```python\n(.*?)```", text, re.DOTALL).group(1)
        before = os.getcwd()
        os.chdir(self.folder)
        self.addCleanup(os.chdir, before)
        exec(compile(example, "README.md", "exec"), {})
        self.assertEqual([row["type"] for row in records(self.folder / "logs")], [
            "run", "episode_start", "action", "message", "action", "reward", "counterfactual", "episode_end"])
        # identical returns under every seed are what this play() gives
        self.valid("identical-completions")


if __name__ == "__main__":
    unittest.main()
