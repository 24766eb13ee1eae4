import os
import subprocess
import sys
import time
import unittest
from datetime import datetime, timezone

import tacklebox
from tacklebox import ExpectationError, TackleboxError, connect, parse_replies


class ClientTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.process = tacklebox.start()
        cls.addClassCleanup(cls.process.stop)

    def test_replies_are_read_as_on_the_command_line(self):
        for text, want in (
            ("200", [{"status": 200}]),
            (503, [{"status": 503}]),
            ("500x2, 200@3s", [{"status": 500, "times": 2}, {"status": 200, "delay": "3s"}]),
            ("", []),
            ([{"status": 201}], [{"status": 201}]),
        ):
            self.assertEqual(parse_replies(text), want)
        with self.assertRaisesRegex(TackleboxError, "STATUS"):
            parse_replies("50x")

    def test_what_is_fired_arrives(self):
        with self.process.space("arrives") as space:
            events = space.fire("shoptet", "order:create", to=space.inbox("box").url, set={"eventInstance": "1"})
            self.assertEqual(len(events[0]["deliveries"]), 1)
            (entry,) = space.expect("inbox:box body.eventInstance=1")
            self.assertEqual(entry["request"]["url"], "/in/box")
            self.assertEqual([e["seq"] for e in space.inbox("box").captures()], [entry["seq"]])
            space.replay(entry["seq"], to=space.inbox("again").url)
            space.expect("inbox:again")

    def test_an_expectation_that_fails_names_the_nearest_miss(self):
        with self.process.space("miss") as space:
            space.fire("shoptet", "order:create", to=space.inbox("box").url)
            space.expect("inbox:box")
            with self.assertRaisesRegex(ExpectationError, r"nearest: entry \d+ .*\n.*status is 200, wanted 500") as caught:
                space.expect("inbox:box status:500", within=0.05)
            self.assertIsInstance(caught.exception, AssertionError)
            with self.assertRaises(TackleboxError) as refused:
                space.expect("foo:1")
            self.assertEqual(refused.exception.code, "bad_filter")

    def test_spaces_have_a_clock_and_entries_of_their_own(self):
        with self.process.space("a") as a, self.process.space("b") as b:
            then = b.clock()["now"]
            a.inbox("box").reply("500x1,200")
            a.fire("shoptet", "order:create", to=a.inbox("box").url)
            a.expect("kind:attempt status:500")
            a.next()
            a.expect("kind:attempt status:200")
            self.assertEqual(b.clock()["now"], then)
            self.assertEqual(b.entries(), [])
            a.reset()
            self.assertEqual(a.entries(), [])

    def test_an_inbox_keeps_what_is_not_changed(self):
        with self.process.space("keeps") as space:
            box = space.inbox("box")
            box.forward("http://127.0.0.1:9/x")
            box.reply(503)
            self.assertEqual(box.settings()["forward"], "http://127.0.0.1:9/x")
            self.assertEqual(box.settings()["reply"][0]["status"], 503)

    def test_a_refusal_says_what_is_known(self):
        with self.assertRaisesRegex(TackleboxError, "shoptet") as refused:
            self.process.fire("shoptt", "order:create")
        self.assertEqual(refused.exception.status, 422)

    def test_the_other_calls(self):
        with self.process.space("calls") as space:
            space.settings("shoptet", {"attempts": 1})
            made = space.subscribe("shoptet", "me", space.inbox("box").url, ["order:create"])
            self.assertEqual(len(made), 1)
            self.assertIsInstance(space.secrets("shoptet", "me"), list)
            space.faults([{"kind": "duplicate"}])
            space.fire("shoptet", "order:create")
            space.expect("kind:capture", count=2)
            verdict = space.verify(provider="shoptet", secret="k", headers={"Shoptet-Webhook-Signature": "00"}, body="{}")
            self.assertFalse(verdict["valid"])

    def test_a_snapshot_brings_back_what_was_prepared(self):
        with self.process.space("prepared") as space:
            space.inbox("box").reply("503")
            prepared = space.snapshot()
            space.inbox("box").forget()
            self.assertFalse(space.inbox("box").settings().get("reply"))
            space.restore(prepared)
            self.assertEqual(space.inbox("box").settings()["reply"][0]["status"], 503)

    def test_a_token_opens_and_its_absence_is_refused(self):
        with tacklebox.start(token="t0ken", start=datetime(2026, 1, 5, 9, tzinfo=timezone.utc)) as own:
            self.assertTrue(own.clock()["now"].startswith("2026-01-05T09:00:00"))
            with self.assertRaises(TackleboxError) as refused:
                connect(own.url).clock()
            self.assertEqual(refused.exception.status, 401)
        with self.assertRaisesRegex(TackleboxError, "the sandbox ended"):
            own.clock()

    def test_a_sandbox_that_cannot_start_says_why(self):
        with self.assertRaisesRegex(TackleboxError, "cannot start /no/such/tacklebox"):
            tacklebox.start("/no/such/tacklebox")
        with self.assertRaisesRegex(TackleboxError, "unknown flag: --nonsense"):
            tacklebox.start(args=["--nonsense"])
        with self.assertRaisesRegex(TackleboxError, "no sandbox answers at"):
            connect("http://127.0.0.1:1").clock()
        with self.assertRaisesRegex(TackleboxError, "'nonsense' is no URL of a sandbox"):
            connect("nonsense").clock()

    def test_no_sandbox_outlives_the_process_that_started_it(self):
        script = "import tacklebox; print(tacklebox.start().url)"
        url = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout.strip()
        with self.assertRaisesRegex(TackleboxError, "no sandbox answers at"):
            connect(url).clock()


    def test_no_sandbox_outlives_a_process_that_was_killed(self):
        script = "import tacklebox, time; print(tacklebox.start().url, flush=True); time.sleep(60)"
        for end in (subprocess.Popen.terminate, subprocess.Popen.kill):
            with subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True) as child:
                url = child.stdout.readline().strip()
                end(child)
                began = time.monotonic()
                with self.assertRaises((TackleboxError, ExpectationError)):
                    connect(url).expect("inbox:never", within="60s")
                self.assertLess(time.monotonic() - began, 30)


class PytestTest(unittest.TestCase):
    def test_the_fixture(self):
        try:
            import pytest
        except ImportError:
            self.skipTest("there is no pytest here")
        here = os.path.dirname(__file__)
        self.assertEqual(pytest.main(["-q", "-p", "tacklebox.pytest_plugin", "-p", "no:cacheprovider", os.path.join(here, "fixture_check.py")]), 0)


if __name__ == "__main__":
    unittest.main()
