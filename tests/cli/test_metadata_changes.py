"""Files whose metadata changes between commands."""

import json
import shutil

from annotator.release import load_release


def names(folder):
    return [path.name for path in folder.iterdir()]


def comment(path):
    """Put a comment into a JPEG file and change no pixel."""
    data = path.read_bytes()
    path.write_bytes(data[:2] + b"\xff\xfe\x00\x08remark" + data[2:])


def test_a_comment_in_a_photograph_neither_orphans_its_faces_nor_stops_an_export(
    project, photos, command, tmp_path
):
    assert command("review", project, "accept", "--all")[0] == 0
    comment(photos / "collins.jpg")
    code, out, _ = command("export", project, tmp_path / "release", "--format", "csv")
    assert code == 0
    assert "1 photograph changed in metadata only; its faces were kept" in out
    assert len(load_release(tmp_path / "release").samples) == 2
    code, out, _ = command("add", project, photos)
    assert "added 0, already there 3, failed 1" in out


def test_adding_again_says_what_was_kept_and_what_was_replaced(project, photos, command):
    comment(photos / "collins.jpg")
    comment(photos / "coffee.jpg")
    shutil.copy(photos / "collins.jpg", photos / "hopper.jpg")
    code, out, _ = command("add", project, photos)
    assert code == 0
    assert "2 photographs changed in metadata only; their faces were kept" in out
    assert "hopper.jpg: the file holds another picture now, which is in the project as a" in out
    assert json.loads(command("add", project, photos, "--json")[1])["kept"] == []


def test_a_name_that_is_too_long_fails_alone_and_leaves_nothing(tmp_path, photos, command):
    folder = tmp_path / "project"
    longest = "n" * 251 + ".jpg"
    (photos / "hopper.jpg").rename(photos / longest)
    assert command("new", folder)[0] == 0
    code, out, _ = command("add", folder, photos, "--copy")
    assert code == 0
    assert "added 3, already there 0, failed 1" in out  # the broken one
    assert sorted(names(folder / "images")) == ["coffee.jpg", "collins.jpg", longest]
    (photos / "more").mkdir()
    shutil.copy(photos / "coffee.jpg", photos / "more" / longest)
    comment(photos / "more" / longest)
    (photos / "more" / longest).write_bytes((photos / "collins.jpg").read_bytes()[:-2] + b"\0\0")
    assert command("add", folder, photos / "more", "--copy")[0] in (0, 1)
    assert not [name for name in names(folder / "images") if name.startswith(".")]


def test_a_failed_file_that_is_mended_and_copied_is_no_longer_failed(project, photos, command):
    shutil.copy(photos / "collins.jpg", photos / "broken.jpg")
    comment(photos / "broken.jpg")
    assert command("add", project, photos, "--copy")[0] == 0
    assert json.loads(command("status", project, "--json")[1])["failed"] == []


def test_landmarks_are_written_to_a_file_with_the_longest_name(photos, command, tmp_path):
    output = tmp_path / ("n" * 251 + ".npz")
    code, _, err = command(
        "landmarks", photos / "collins.jpg", "--output", output, "--no-small-faces"
    )
    assert code == 0, err
    assert output.is_file()


def test_an_export_to_a_folder_with_the_longest_name_is_made(project, command, tmp_path):
    assert command("review", project, "accept", "--all")[0] == 0
    folder = tmp_path / ("n" * 255)
    code, _, err = command("export", project, folder, "--format", "csv")
    assert code == 0, err
    assert len(load_release(folder).samples) == 2
