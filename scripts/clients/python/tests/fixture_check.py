"""Read by pytest: each test has a sandbox of its own."""


def test_one(tacklebox):
    tacklebox.fire("dsco", "ORDER_CREATED", to=tacklebox.inbox("box").url)
    assert len(tacklebox.expect("inbox:box")) == 1


def test_two(tacklebox):
    assert tacklebox.entries() == []
    assert "/~test-" in tacklebox.url
