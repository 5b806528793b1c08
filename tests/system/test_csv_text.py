"""Comma-separated values: what is in a cell never ends a line."""

import csv
import io

import pytest

from annotator.system.csv_text import csv_line, csv_text


@pytest.mark.parametrize("text", ["a\rb", "a\nb", "a\r\nb", "\r", 'a"b', "a,b", "", " a ", "\x85"])
def test_any_text_is_read_back_by_any_reader(text):
    line = csv_line([1, text, None])
    for newline in ("", None):  # as it is, and by readers that take a carriage return for an end
        rows = list(csv.reader(io.StringIO(line, newline=newline)))
        assert len(rows) == 1
        assert rows[0][0] == "1" and rows[0][2] == ""
    assert next(csv.reader(io.StringIO(line, newline="")))[1] == text


def test_a_carriage_return_is_quoted_whatever_version_of_python_writes():
    assert csv_line(["a\rb", "c"]) == '"a\rb",c\n'


def test_lines_end_with_a_line_feed_alone():
    assert csv_text([("a", "b"), (1, 2.5)]) == "a,b\n1,2.5\n"
    assert csv_text([]) == ""
