"""In which order photographs come into a project."""

from pathlib import Path

from PIL import Image

from annotator.workflow import import_images


def photograph(path: Path, shade: int) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new("RGB", (8, 8), (shade, 0, 0)).save(path)
    return path


def names(project) -> list[str]:
    return [project.images.get(n + 1).name for n in range(project.images.count())]


def test_photographs_of_a_folder_come_as_people_count(new_project, tmp_path):
    for n in (1, 10, 11, 2, 3):
        photograph(tmp_path / "all" / f"img{n}.png", n)
    with new_project(tmp_path / "project") as project:
        import_images(project, [tmp_path / "all"])
        assert names(project) == [f"img{n}.png" for n in (1, 2, 3, 10, 11)]


def test_folders_come_as_people_count_each_with_its_own_photographs_first(new_project, tmp_path):
    for shade, name in enumerate(["s10/a.png", "s2/b.png", "s2/in/a.png", "c.png"]):
        photograph(tmp_path / "all" / name, shade)
    with new_project(tmp_path / "project") as project:
        import_images(project, [tmp_path / "all"])
        paths = [project.images.get(n).path for n in (1, 2, 3, 4)]
        found = [path.relative_to(tmp_path / "all").as_posix() for path in paths]
        assert found == ["c.png", "s2/b.png", "s2/in/a.png", "s10/a.png"]
