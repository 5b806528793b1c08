"""Being asked to end while rows are being read: a rollback, and nothing to say about it."""

from pathlib import Path

import pytest

from annotator.project.engine.sqlite_connections import pooled
from annotator.system.ending import Ended


class Signal:
    """Reads text as SQLite gives it, until a signal raises something."""

    def __init__(self, raised: BaseException, after: int) -> None:
        self._raised = raised
        self._left = after

    def __call__(self, text: bytes) -> str:
        self._left -= 1
        if self._left < 0:
            raise self._raised
        return text.decode()


@pytest.mark.parametrize("raised", [Ended(15), KeyboardInterrupt()])
def test_a_request_that_comes_between_rows_rolls_back_and_leaves_the_connection_sound(
    tmp_path: Path, raised: BaseException, caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / "words.sqlite"
    path.touch()
    pool = pooled(path, 1.0, foreign_keys=True)
    with pool.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE words (word TEXT)")
        connection.exec_driver_sql("INSERT INTO words VALUES ('one'), ('two'), ('three')")
    with pytest.raises(type(raised)), pool.begin() as connection:
        driver = connection.connection.driver_connection
        assert driver is not None
        connection.exec_driver_sql("DELETE FROM words WHERE word = 'one'")
        driver.text_factory = Signal(raised, after=1)
        # Whoever reads some rows at a time closes what gives them as the request passes.
        for row in connection.exec_driver_sql("SELECT word FROM words").yield_per(1):
            assert row == ("two",)
    driver.text_factory = str
    with pool.begin() as connection:
        assert connection.connection.driver_connection is driver
        words = connection.exec_driver_sql("SELECT word FROM words").scalars().all()
    pool.dispose()
    assert words == ["one", "two", "three"]
    assert caplog.messages == []
