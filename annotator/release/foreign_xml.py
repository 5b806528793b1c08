"""XML of anybody's annotations, an element at a time: no document type, no entities, no bombs."""

from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from xml.parsers import expat

from annotator.release.foreign_files import Place, opened
from annotator.release.incoming import AnnotationsError

_CHUNK = 1 << 16  # bytes
_LONGEST = 1 << 22  # bytes of a tag, or of text between two
_DEEPEST = 32
_TYPE = "declares a document type, which annotations have no need of and attacks do"


@dataclass(frozen=True, slots=True)
class Element:
    """The beginning or the end of an element.

    Attributes
    ----------
    name
    attributes
        Of its beginning; empty at its end.
    text
        What stands in it behind its last child, at its end, without blanks around.
    is_end
    line
        Where in the file, from 1.
    """

    name: str
    attributes: Mapping[str, str] = field(default_factory=dict)
    text: str = ""
    is_end: bool = False
    line: int = 0


def elements_of(path: Path) -> Iterator[Element]:
    """Yield the beginnings and ends of the elements of a file, in its order.

    Raises
    ------
    AnnotationsError
        If it is no XML, declares a document type (and so entities, which can stand for gigabytes or
        for other files), is nested too deep, or something in it is too long.
    """
    place = Place(path)
    with opened(path) as stream:
        parsing = _Parsing(place)
        while True:
            chunk = stream.read(_CHUNK)
            yield from parsing.feed(chunk, is_last=not chunk)
            if not chunk:
                return


class _Parsing:
    """A parser, and what it has found and not handed on yet."""

    def __init__(self, place: Place) -> None:
        self._place = place
        self._found: deque[Element] = deque()
        self._texts: list[list[str]] = []
        self._waiting = 0
        self._parser = expat.ParserCreate()
        self._parser.buffer_text = True
        self._parser.StartDoctypeDeclHandler = self._refuse_type
        self._parser.EntityDeclHandler = self._refuse_type
        self._parser.StartElementHandler = self._begin
        self._parser.EndElementHandler = self._end
        self._parser.CharacterDataHandler = self._text

    def feed(self, chunk: bytes, *, is_last: bool) -> Iterator[Element]:
        """Yield what begins or ends in some more bytes."""
        self._waiting += len(chunk)
        wrong: AnnotationsError | None = None
        try:
            self._parser.Parse(chunk, is_last)
        except expat.ExpatError as error:
            said = expat.ErrorString(error.code)
            wrong = self._place.at(f"line {error.lineno}").error(f"is no XML ({said})")
        except AnnotationsError as error:
            wrong = error
        except (LookupError, ValueError):  # of the codec that it names, which may be none
            wrong = self._here().error("states an encoding that cannot be read: write it as UTF-8")
        if self._found:
            self._waiting = 0
        while self._found:  # what is wrong in them is told first: it comes first
            yield self._found.popleft()
        if wrong is not None:
            raise wrong
        if self._waiting > _LONGEST:
            raise self._here().error("holds something that is too long")

    def _here(self) -> Place:
        return self._place.at(f"line {self._parser.CurrentLineNumber}")

    def _refuse_type(self, *_: object) -> None:
        raise self._here().error(_TYPE)

    def _begin(self, name: str, attributes: dict[str, str]) -> None:
        if len(self._texts) == _DEEPEST:
            raise self._here().error("is nested too deep")
        if self._texts:
            self._texts[-1].clear()
        self._texts.append([])
        line = self._parser.CurrentLineNumber
        self._found.append(Element(name, attributes, line=line))

    def _text(self, text: str) -> None:
        if self._texts:
            self._texts[-1].append(text)

    def _end(self, name: str) -> None:
        text = "".join(self._texts.pop()).strip()
        line = self._parser.CurrentLineNumber
        self._found.append(Element(name, text=text, is_end=True, line=line))
