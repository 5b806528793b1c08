from threading import Thread

from annotator.workbench.live.newest import Newest


def test_only_the_newest_is_there_and_what_it_replaced_is_counted():
    slot: Newest[int] = Newest()
    for number in range(5):
        slot.put(number)
    assert slot.take() == 4
    assert slot.take_if_there() is None
    assert slot.passed_over == 4


def test_who_waits_is_woken_by_the_next_thing_by_a_poke_and_by_the_end():
    slot: Newest[str] = Newest()
    taken: list[str | None] = []

    def take_until_the_end() -> None:
        while not slot.is_closed:
            taken.append(slot.take())

    thread = Thread(target=take_until_the_end)
    thread.start()
    for wake in (lambda: slot.put("one"), slot.poke, slot.close):
        known = len(taken)
        wake()
        while thread.is_alive() and len(taken) == known:
            pass
    thread.join()
    assert taken == ["one", None, None]


def test_nothing_is_taken_in_after_the_end():
    slot: Newest[int] = Newest()
    slot.put(1)
    slot.close()
    slot.put(2)
    assert slot.take() is None
    assert slot.take_if_there() is None
