"""`mlcroissant` loads the description of a release, and reads the table of samples by it."""

import pytest

from annotator.release import About, export_release, load_release
from tests.release.readers.environments import read_by

SCRIPT = """
import json, sys
import mlcroissant

found = {}
for folder in sys.argv[1:]:
    dataset = mlcroissant.Dataset(jsonld=f"{folder}/croissant.json")
    issues = dataset.metadata.issues
    records = list(dataset.records(record_set="samples"))
    plain = lambda value: value.decode() if isinstance(value, bytes) else str(value)
    found[folder] = {
        "name": dataset.metadata.name,
        "version": str(dataset.metadata.version),
        "errors": sorted(map(str, issues.errors)),
        "warnings": sorted(map(str, issues.warnings)),
        "ids": [int(record["samples/sample_id"]) for record in records],
        "verdicts": [plain(record["samples/verdict"]) for record in records],
    }
print(json.dumps(found))
"""


@pytest.mark.readers
def test_the_description_is_loaded_and_records_are_those_of_the_release(project, tmp_path):
    about = About("portraits", "1.2.0", title="Portraits <b>", licence="CC0-1.0")
    folders = {}
    for name in ("npz", "csv", "coco"):
        folders[name] = tmp_path / name
        export_release(project, folders[name], name, about=about)
    found = read_by("croissant", SCRIPT, *folders.values(), folder=tmp_path)
    for folder in folders.values():
        read, samples = found[str(folder)], load_release(folder).samples
        assert (read["name"], read["version"]) == ("portraits", "1.2.0")
        assert read["errors"] == []
        assert read["warnings"] == []
        assert read["ids"] == samples["sample_id"].tolist()
        assert read["verdicts"] == samples["verdict"].tolist()
