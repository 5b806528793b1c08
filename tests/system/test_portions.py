from time import monotonic, sleep

from annotator.system.portions import portions


def test_all_values_come_in_order_a_portion_at_a_time() -> None:
    assert [list(some) for some in portions(range(7), 3)] == [[0, 1, 2], [3, 4, 5], [6]]
    assert list(portions([], 3)) == []


def test_others_get_as_long_as_a_portion_took() -> None:
    ended = None
    for _ in portions(range(3), 1):
        assert ended is None or monotonic() - ended >= 0.03
        sleep(0.03)
        ended = monotonic()
