"""Takes the pictures of the guide and the README: the real window, moved by real events.

    .ci/with-display .venv/bin/python docs/take_pictures.py [NAME ...]

Without names all of them are taken. Two of the sample photographs get a prediction that went
wrong: what the model says of a copy whose lower part is grey. The strokes correct it towards
what it says of the photograph as it is.

The arrow is drawn in, since screenshots have no pointer. The same machine and packages take the
same pictures.
"""

import argparse
import tempfile
from pathlib import Path

from pictures.leaving import LEAVING
from pictures.review import REVIEW
from pictures.studio import Picture, Studio, make_project
from pictures.tools import TOOLS
from pictures.views import VIEWS
from pictures.work import WORK

FOLDER = Path(__file__).parent / "images"
PICTURES: dict[str, Picture] = {**WORK, **TOOLS, **VIEWS, **REVIEW, **LEAVING}
_QUALITY, _MOST_BYTES = 86, 150_000


def main() -> None:
    """Take the pictures asked for."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="*", choices=[*PICTURES, []], metavar="NAME")
    parser.add_argument("--folder", type=Path, default=FOLDER)
    arguments = parser.parse_args()
    arguments.folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        too_large: list[str] = []
        studio = Studio(*make_project(Path(folder)))
        for name in arguments.names or PICTURES:
            path = arguments.folder / f"{name}.jpg"
            PICTURES[name](studio).save(path, quality=_QUALITY, progressive=True)
            size = path.stat().st_size
            print(f"{path.name:24} {size / 1000:4.0f} kB", flush=True)
            too_large += [path.name] * (size > _MOST_BYTES)
        studio.viewer.close()
    if too_large:
        parser.exit(1, f"larger than {_MOST_BYTES} bytes: {', '.join(too_large)}\n")


if __name__ == "__main__":
    main()
