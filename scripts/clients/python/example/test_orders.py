import itertools
import unittest

import tacklebox
from orders import Orders

numbers = itertools.count(1)


class OrdersTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.process = tacklebox.start()
        cls.addClassCleanup(cls.process.stop)

    def setUp(self):
        self.sandbox = self.process.space(f"test-{next(numbers)}")
        self.stored, self.broken = [], 0
        self.app = Orders(self.sandbox.provider("shoptet"), self.store)
        self.addCleanup(self.app.stop)

    def store(self, order):
        self.broken -= 1
        if self.broken >= 0:
            raise OSError("the database is away")
        self.stored.append(order)

    def test_an_order_is_stored(self):
        self.sandbox.fire("shoptet", "order:create", set={"eventInstance": "2026000123"})
        self.sandbox.expect("kind:attempt status:200")
        self.assertEqual(self.stored, ["2026000123"])

    def test_a_wrong_signature_is_refused(self):
        self.sandbox.fire("shoptet", "order:create", faults=["bad_signature"])
        self.sandbox.expect("kind:attempt status:401", within=2)
        self.assertEqual(self.stored, [])

    def test_a_duplicate_is_stored_once(self):
        self.sandbox.fire("shoptet", "order:create", set={"eventInstance": "7"}, faults=["duplicate"])
        self.sandbox.expect("kind:attempt status:200", count=2)
        self.assertEqual(self.stored, ["7"])

    def test_what_failed_is_stored_by_the_retry(self):
        self.broken = 1
        self.sandbox.fire("shoptet", "order:create", set={"eventInstance": "8"})
        self.sandbox.expect("kind:attempt status:500")
        self.sandbox.advance("15m")
        self.sandbox.expect("kind:attempt status:200")
        self.assertEqual(self.stored, ["8"])


if __name__ == "__main__":
    unittest.main()
