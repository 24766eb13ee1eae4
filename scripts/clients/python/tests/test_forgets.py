"""The example's tests are worth something only when they fail for a handler that forgets what they are about."""

import os
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

CLIENT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))


class ForgetsTest(unittest.TestCase):
    def test_forgetting(self):
        for what, old, new, failing in (
            ("nothing", "", "", []),
            ("the signature", "if not self.genuine(headers, body):", "if False:", ["test_a_wrong_signature_is_refused"]),
            ("the duplicate", "if name in self.seen:", "if False:", ["test_a_duplicate_is_stored_once"]),
            (
                "the retry",
                'self.store(event["eventInstance"])\n            self.seen.add(name)',
                'self.seen.add(name)\n            self.store(event["eventInstance"])',
                ["test_what_failed_is_stored_by_the_retry"],
            ),
        ):
            with self.subTest(what), tempfile.TemporaryDirectory() as folder:
                shutil.copytree(os.path.join(CLIENT, "example"), folder, dirs_exist_ok=True)
                app = os.path.join(folder, "orders.py")
                with open(app, encoding="utf-8") as file:
                    text = file.read()
                self.assertIn(old, text, "the example changed: say here what its handler would forget")
                with open(app, "w", encoding="utf-8") as file:
                    file.write(text.replace(old, new) if old else text)
                env = {**os.environ, "PYTHONPATH": CLIENT}
                run = subprocess.run([sys.executable, "-m", "unittest", "test_orders"], cwd=folder, env=env, capture_output=True, text=True)
                self.assertEqual(re.findall(r"^(?:FAIL|ERROR): (\w+)", run.stderr, re.M), failing, run.stderr)


if __name__ == "__main__":
    unittest.main()
