import os
import shutil
import signal
import subprocess
import sys
import textwrap
from dataclasses import replace
from pathlib import Path

import numpy as np
import onnx
import pytest
from PIL import Image

from annotator.imaging import Picture
from annotator.inference import FaceMesh
from annotator.project import Project, ProjectError, SampleState
from annotator.system.assets import asset_path
from annotator.system.hashing import file_sha256
from annotator.workflow import (
    create_sample_project,
    import_images,
    importing,
    preannotate,
)
from annotator.workflow.image_files import Originals, photograph_has_changed
from annotator.workflow.landmark_files import SameNameError, distinctly_named, save_landmarks
from annotator.workflow.sample_project import add_sample_clip

SAMPLES = asset_path("datasets", "sample")
PORTRAIT = SAMPLES / "collins.jpg"


@pytest.fixture(scope="module")
def face_mesh():
    return FaceMesh.load(small_faces=False)


@pytest.fixture
def project(tmp_path, new_project):
    with new_project(tmp_path / "project") as created:
        yield created


def plain_images(folder: Path, count: int) -> list[Path]:
    """Make small images without a face, all different."""
    folder.mkdir(exist_ok=True)
    paths = [folder / f"plain_{index:03}.png" for index in range(count)]
    for index, path in enumerate(paths):
        Image.new("RGB", (40, 30), (index % 256, index // 256, 90)).save(path)
    return paths


def portraits(folder: Path, count: int) -> list[Path]:
    """Make images with one face each, all different."""
    folder.mkdir(exist_ok=True)
    paths = [folder / f"portrait_{index:03}.jpg" for index in range(count)]
    with Image.open(PORTRAIT) as image:
        small = image.resize((256, 256))
    for index, path in enumerate(paths):
        small.putpixel((0, 0), (index * 8, 0, 0))
        small.save(path, quality=95)
    return paths


# --- importing -------------------------------------------------------------------------------


def test_images_are_added_with_the_size_of_the_upright_image(project, tmp_path):
    stored = Image.new("RGB", (40, 30), "teal")
    exif = Image.Exif()
    exif[0x0112] = 6  # a quarter turn
    stored.save(tmp_path / "turned.jpg", exif=exif)

    report = import_images(project, [tmp_path / "turned.jpg"])

    assert (report.added, report.already_there, report.failed) == (1, 0, ())
    record = project.images.get(1)
    assert (record.width, record.height) == (30, 40)
    assert record.path == tmp_path / "turned.jpg"


def test_the_same_content_twice_adds_nothing(project, tmp_path):
    paths = plain_images(tmp_path / "photos", 3)
    shutil.copy(paths[0], tmp_path / "photos" / "copy.png")

    first = import_images(project, [tmp_path / "photos"])
    again = import_images(project, [tmp_path / "photos"])

    assert (first.added, first.already_there) == (3, 1)
    assert (again.added, again.already_there) == (0, 4)
    assert project.images.count() == 3


def test_unusable_files_are_recorded_with_their_reason_and_the_rest_goes_on(project, tmp_path):
    photos = tmp_path / "photos"
    plain_images(photos, 2)
    (photos / "empty.jpg").write_bytes(b"")
    (photos / "letter.png").write_text("Dear Ada,")
    (photos / "truncated.jpg").write_bytes(PORTRAIT.read_bytes()[:20_000])

    report = import_images(project, [photos, tmp_path / "nowhere.jpg"])

    assert report.added == 2
    assert [failure.path.name for failure in report.failed] == [
        "empty.jpg",
        "letter.png",
        "truncated.jpg",
        "nowhere.jpg",
    ]
    assert all(failure.reason and "\n" not in failure.reason for failure in report.failed)
    assert set(project.images.failed()) == set(report.failed)


def test_a_repaired_file_is_no_longer_failed(project, tmp_path):
    photo = tmp_path / "photo.jpg"
    photo.write_bytes(PORTRAIT.read_bytes()[:20_000])
    import_images(project, [photo])
    shutil.copy(PORTRAIT, photo)

    assert import_images(project, [photo]).added == 1
    assert project.images.failed() == []


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux has such names")
def test_a_file_whose_name_is_no_text_is_added(project, tmp_path):
    photo = Path(os.fsdecode(os.fsencode(tmp_path) + b"/caf\xe9.jpg"))
    shutil.copy(PORTRAIT, photo)

    assert import_images(project, [photo]).added == 1
    assert project.images.get(1).path.exists()


def test_a_pipe_is_refused_and_not_waited_for(project, tmp_path):
    os.mkfifo(tmp_path / "pipe.jpg")
    (failure,) = import_images(project, [tmp_path / "pipe.jpg"]).failed
    assert failure.reason


def test_copied_images_make_the_project_independent_of_their_source(project, tmp_path):
    photos = tmp_path / "photos"
    plain_images(photos, 2)
    before = (photos / "plain_000.png").read_bytes()

    import_images(project, [photos], copy=True)
    shutil.rmtree(photos)

    assert project.images.get(1).path == project.home / "images" / "plain_000.png"
    assert project.images.get(1).path.read_bytes() == before


def test_different_images_with_one_name_are_copied_beside_each_other(project, tmp_path):
    for index, folder in enumerate(("a", "b")):
        (tmp_path / folder).mkdir()
        Image.new("RGB", (20, 20), (index, 0, 0)).save(tmp_path / folder / "same.png")

    report = import_images(project, [tmp_path / "a", tmp_path / "b"], copy=True)

    assert report.added == 2
    copies = sorted(path.name for path in (project.home / "images").iterdir())
    assert copies[-1] == "same.png"
    assert copies[0].startswith("same-")


def test_copying_again_copies_nothing(project, tmp_path):
    photos = tmp_path / "photos"
    plain_images(photos, 2)
    shutil.copy(photos / "plain_000.png", photos / "twin.png")
    import_images(project, [photos], copy=True)
    again = import_images(project, [photos], copy=True)

    assert (again.added, again.already_there) == (0, 3)
    assert len(list((project.home / "images").iterdir())) == 2


def test_all_frames_of_a_file_lie_where_its_copy_does(project, tmp_path, monkeypatch):
    (clip,) = plain_images(tmp_path / "clips", 1)
    inspect = importing._inspect_all
    for numbers in ((0, 1), (1, 2)):  # in one import, and in a later one

        def frames(files, numbers=numbers):
            return [replace(file, frame=at) for file in inspect(files) for at in numbers]

        monkeypatch.setattr(importing, "_inspect_all", frames)
        import_images(project, [clip], copy=True)
    copy = project.home / "images" / clip.name
    records = [project.images.get(number) for number in (1, 2, 3)]
    assert [(record.path, record.frame) for record in records] == [(copy, 0), (copy, 1), (copy, 2)]
    stamp = Picture(copy).stamp()
    assert all((record.file_size, record.modified_ns) == stamp for record in records)
    assert list((project.home / "images").iterdir()) == [copy]


def test_progress_counts_up_to_the_number_of_files(project, tmp_path, monkeypatch):
    monkeypatch.setattr(importing, "_BATCH", 4)
    plain_images(tmp_path / "photos", 10)
    seen = []
    import_images(project, [tmp_path / "photos"], on_progress=lambda *step: seen.append(step))
    assert seen == [(4, 10), (8, 10), (10, 10)]


def test_copies_are_on_the_disk_before_the_project_counts_on_them(project, tmp_path, monkeypatch):
    flushed: set[tuple[int, int]] = set()
    fsync, add = os.fsync, project.images.add

    def noting_fsync(descriptor):
        fsync(descriptor)
        status = os.fstat(descriptor)
        flushed.add((status.st_dev, status.st_ino))

    def checking_add(entries):
        for entry in entries:
            for path in (entry.path, entry.path.parent):
                assert (path.stat().st_dev, path.stat().st_ino) in flushed
        return add(entries)

    monkeypatch.setattr(os, "fsync", noting_fsync)
    monkeypatch.setattr(project.images, "add", checking_add)
    assert import_images(project, plain_images(tmp_path / "photos", 2), copy=True).added == 2


def test_a_file_that_changes_while_it_is_copied_fails(project, tmp_path, monkeypatch):
    (photo,) = plain_images(tmp_path / "photos", 1)
    monkeypatch.setattr(shutil, "copyfileobj", lambda source, to, size: to.write(b"half of it"))
    report = import_images(project, [photo], copy=True)
    assert (report.added, len(report.failed)) == (0, 1)
    assert list((project.home / "images").iterdir()) == []


# --- predicting ------------------------------------------------------------------------------


def test_predicting_stores_a_sample_for_every_face(project, face_mesh):
    import_images(project, [SAMPLES])

    steps = list(preannotate(project, face_mesh))

    assert steps[-1].done == steps[-1].total == project.images.count() == len(steps)
    assert steps[-1].faces == project.samples.counts()[SampleState.PREDICTED] > 10
    assert steps[-1].failed == 0


def test_what_a_model_has_seen_it_is_not_shown_again(project, face_mesh, tmp_path):
    import_images(project, portraits(tmp_path / "photos", 2))
    list(preannotate(project, face_mesh))
    assert list(preannotate(project, face_mesh)) == []


def test_closing_cancels_and_a_later_run_does_the_rest(project, face_mesh, tmp_path):
    import_images(project, portraits(tmp_path / "photos", 6))

    run = preannotate(project, face_mesh)
    next(run)
    next(run)
    run.close()
    done = len(project.samples.summaries())
    rest = list(preannotate(project, face_mesh))

    assert done == 2
    assert rest[-1].total == 4
    images = [sample.image_id for sample in project.samples.summaries()]
    assert sorted(images) == [1, 2, 3, 4, 5, 6]


def test_images_that_vanished_changed_or_broke_fail_and_the_rest_goes_on(
    project, face_mesh, tmp_path
):
    paths = portraits(tmp_path / "photos", 4)
    import_images(project, paths)
    paths[0].unlink()
    Image.new("RGB", (300, 200)).save(paths[1])
    paths[2].write_bytes(b"no longer an image")

    steps = list(preannotate(project, face_mesh))

    assert [step.failure.path if step.failure else None for step in steps] == [*paths[:3], None]
    assert (steps[-1].faces, steps[-1].failed) == (1, 3)
    failed = project.images.failed()
    assert [failure.path for failure in failed] == paths[:3]
    assert all(failure.reason for failure in failed)
    assert "changed" in failed[1].reason


def test_a_failed_image_that_is_back_is_predicted(project, face_mesh, tmp_path):
    (path,) = portraits(tmp_path / "photos", 1)
    import_images(project, [path])
    hidden = path.rename(tmp_path / "hidden.jpg")
    list(preannotate(project, face_mesh))
    hidden.rename(path)

    (step,) = preannotate(project, face_mesh)

    assert (step.faces, step.failed) == (1, 0)
    assert project.images.failed() == []


# --- being killed ----------------------------------------------------------------------------


def run_and_kill_itself(program: str) -> None:
    """Run a program that ends by sending itself SIGKILL."""
    result = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(program)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == -signal.SIGKILL, result.stderr


@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL")
def test_a_killed_import_resumes_with_nothing_twice(tmp_path):
    plain_images(tmp_path / "photos", 30)
    (tmp_path / "photos" / "broken.jpg").write_bytes(b"")
    Project.create(tmp_path / "project").close()
    run_and_kill_itself(
        f"""
        import os, signal
        from annotator.project import Project
        from annotator.workflow import importing

        importing._BATCH = 8

        def die(done, total):
            if done >= 16:
                os.kill(os.getpid(), signal.SIGKILL)

        with Project.open({str(tmp_path / "project")!r}) as project:
            importing.import_images(project, [{str(tmp_path / "photos")!r}], on_progress=die)
        """
    )
    with Project.open(tmp_path / "project") as project:
        assert project.images.count() == 15  # two batches, the broken file among them
        report = import_images(project, [tmp_path / "photos"])
        assert (report.added, report.already_there, len(report.failed)) == (15, 15, 1)
        assert len(project.images.failed()) == 1


@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL")
def test_a_killed_prediction_resumes_with_nothing_twice(tmp_path, face_mesh):
    with Project.create(tmp_path / "project") as project:
        import_images(project, portraits(tmp_path / "photos", 10))
    run_and_kill_itself(
        f"""
        import os, signal
        from annotator.inference import FaceMesh
        from annotator.project import Project
        from annotator.workflow import predicting

        predicting._BATCH = 3
        with Project.open({str(tmp_path / "project")!r}) as project:
            for step in predicting.preannotate(project, FaceMesh.load(small_faces=False)):
                if step.done == 8:
                    os.kill(os.getpid(), signal.SIGKILL)
        """
    )
    with Project.open(tmp_path / "project") as project:
        assert len(project.samples.summaries()) == 6  # two batches
        assert list(preannotate(project, face_mesh))[-1].total == 4
        images = [sample.image_id for sample in project.samples.summaries()]
        assert images == list(range(1, 11))


def bitmap(path: Path, colour: str) -> Path:
    """Write an image; all of them have the same size in bytes. The time is another each time."""
    before = path.stat().st_mtime_ns if path.exists() else 0
    Image.new("RGB", (40, 30), colour).save(path)
    if path.stat().st_mtime_ns <= before:  # a file system with a coarse clock
        os.utime(path, ns=(before + 10**9, before + 10**9))
    return path


def test_a_file_changed_in_place_is_not_predicted_as_what_it_was(project, face_mesh, tmp_path):
    photo = bitmap(tmp_path / "photo.bmp", "teal")
    import_images(project, [photo])
    assert not photograph_has_changed(project.images.get(1))
    bitmap(photo, "navy")

    assert photograph_has_changed(project.images.get(1))
    (step,) = preannotate(project, face_mesh)
    assert step.failure.path == photo
    assert "has changed since it was added" in step.failure.reason


def test_a_file_that_was_only_touched_is_predicted(project, face_mesh, tmp_path):
    photo = bitmap(tmp_path / "photo.bmp", "teal")
    import_images(project, [photo])
    os.utime(photo, (1, 1))
    assert not photograph_has_changed(project.images.get(1))
    assert [step.failed for step in preannotate(project, face_mesh)] == [0]


def test_a_file_that_was_only_touched_is_hashed_once(project, tmp_path, monkeypatch):
    photo = bitmap(tmp_path / "photo.bmp", "teal")
    import_images(project, [photo])
    record, hashed, originals = project.images.get(1), [], Originals()

    def counting(picture):
        hashed.append(picture)
        return file_sha256(picture.path)

    monkeypatch.setattr(Picture, "content_hash", counting)
    assert originals.held(record, Picture(photo).stamp())
    assert not hashed, "the stamp is the known one"
    for changes in range(1, 4):
        os.utime(photo, (changes, changes))
        assert not any(originals.has_changed(record) for _ in range(3))
        assert originals.held(record, Picture(photo).stamp())
        assert len(hashed) == changes
    bitmap(photo, "navy")
    assert originals.has_changed(record)
    assert originals.has_changed(record)
    assert len(hashed) == 4


def test_what_a_file_held_under_a_stamp_that_it_lost_cannot_be_told(project, tmp_path):
    photo = bitmap(tmp_path / "photo.bmp", "teal")
    import_images(project, [photo])
    bitmap(photo, "navy")
    meanwhile = Picture(photo).stamp()
    bitmap(photo, "teal")
    assert not Originals().held(project.images.get(1), meanwhile)
    assert not Originals().has_changed(project.images.get(1)), "it holds it again"
    photo.unlink()
    assert not Originals().held(project.images.get(1), meanwhile)


def test_a_file_that_held_another_image_only_while_it_was_read_is_not_predicted(
    project, face_mesh, tmp_path
):
    photo = bitmap(tmp_path / "photo.bmp", "teal")
    import_images(project, [photo])

    class Meddled:
        info = face_mesh.info

        def predict_files(self, pictures, workers):
            for picture in pictures:
                bitmap(photo, "navy")
                results = list(face_mesh.predict_files([picture], workers=workers))
                bitmap(photo, "teal")
                yield from results

    (step,) = preannotate(project, Meddled())
    assert "has changed since it was added" in step.failure.reason
    (step,) = preannotate(project, face_mesh)
    assert (step.failed, project.images.failed()) == (0, [])


def test_a_file_that_is_gone_has_not_changed(project, tmp_path):
    photo = bitmap(tmp_path / "photo.bmp", "teal")
    import_images(project, [photo])
    photo.unlink()
    assert not photograph_has_changed(project.images.get(1))


def test_a_file_that_changes_while_it_is_added_is_noticed_later(project, tmp_path, monkeypatch):
    photo = bitmap(tmp_path / "photo.bmp", "teal")

    def hash_and_change(picture):
        digest = file_sha256(picture.path)
        bitmap(photo, "navy")
        return digest

    monkeypatch.setattr(Picture, "content_hash", hash_and_change)
    import_images(project, [photo])
    monkeypatch.undo()
    assert photograph_has_changed(project.images.get(1))


def test_a_changed_file_that_is_added_again_is_predicted_once(project, face_mesh, tmp_path):
    photo = bitmap(tmp_path / "photo.bmp", "teal")
    import_images(project, [photo])
    bitmap(photo, "navy")

    assert import_images(project, [photo]).added == 1
    (step,) = preannotate(project, face_mesh)
    assert (step.total, step.failed) == (1, 0)
    (replaced,) = project.images.failed()
    assert "another image" in replaced.reason
    assert list(preannotate(project, face_mesh)) == []


def spoiled_model(path: Path) -> Path:
    """Write the shipped model with meshes that are not finite."""
    model = onnx.load(str(asset_path("models", "face_landmark.onnx")))
    names = [value.name for value in model.graph.output]
    for node in model.graph.node:
        node.output[:] = [f"{name}_as_it_was" if name in names else name for name in node.output]
        node.input[:] = [f"{name}_as_it_was" if name in names else name for name in node.input]
    factors = {names[0]: np.nan, names[1]: 1.0}
    for name, factor in factors.items():
        constant = onnx.numpy_helper.from_array(np.float32(factor), f"{name}_factor")
        model.graph.initializer.append(constant)
        inputs = [f"{name}_as_it_was", constant.name]
        model.graph.node.append(onnx.helper.make_node("Mul", inputs, [name]))
    onnx.save(model, str(path))
    return path


def test_a_model_that_gives_no_numbers_fails_images_and_not_the_run(project, tmp_path, face_mesh):
    import_images(project, [*portraits(tmp_path / "photos", 2), *plain_images(tmp_path, 1)])
    spoiled = FaceMesh.load(spoiled_model(tmp_path / "spoiled.onnx"), small_faces=False)
    for total in (3, 2):  # the image without a face is done
        steps = list(preannotate(project, spoiled))
        assert (steps[-1].total, steps[-1].failed) == (total, 2)
    assert all("not finite" in failure.reason for failure in project.images.failed())
    assert list(preannotate(project, face_mesh))[-1].faces == 2
    assert project.images.failed() == []


# --- the sample project ----------------------------------------------------------------------


def test_the_sample_project_is_made_once_and_opened_afterwards(tmp_path, face_mesh):
    with create_sample_project(tmp_path / "demo", face_mesh=face_mesh) as project:
        images, samples = project.images.count(), project.samples.summaries()
        assert images == len(list(SAMPLES.iterdir()))
        assert all(sample.image_path.is_relative_to(project.home) for sample in samples)
        project.reviews.accept(samples[0].id, reviewer="ada")

    with create_sample_project(tmp_path / "demo", face_mesh=face_mesh) as again:
        assert again.images.count() == images
        assert again.samples.counts()[SampleState.ACCEPTED] == 1


def test_the_sample_clip_is_added_once_and_stays_out_once_it_was_removed(project, face_mesh):
    add_sample_clip(project, face_mesh=face_mesh)
    (clip,) = project.clips.all()
    assert clip.path.is_relative_to(project.home)
    assert len(project.clips.tracks(clip.id)) >= 2
    project.clips.remove(clip.id)
    add_sample_clip(project, face_mesh=face_mesh)
    assert project.clips.all() == []


def test_a_sample_project_does_not_take_the_place_of_a_file(tmp_path, face_mesh):
    (tmp_path / "demo").write_text("something else")
    with pytest.raises(ProjectError):
        create_sample_project(tmp_path / "demo", face_mesh=face_mesh)
    assert (tmp_path / "demo").read_text() == "something else"


# --- landmarks without a project ---------------------------------------------------------------


def test_landmarks_are_saved_under_the_names_of_their_files(tmp_path, face_mesh):
    empty, portrait = plain_images(tmp_path, 1)[0], portraits(tmp_path, 1)[0]
    nameless = tmp_path / "file"  # numpy.savez could not take this name
    shutil.copy(portrait, nameless)
    output = tmp_path / "meshes.npz"

    faces, failed = save_landmarks(
        face_mesh.predict_files([empty, portrait, nameless]), face_mesh.info.layout, output
    )

    assert faces == {empty.name: 0, portrait.name: 1, "file": 1}
    assert failed == ()
    with np.load(output) as arrays:
        assert set(arrays) == set(faces)
        assert arrays[empty.name].shape == (0, 468, 3)
        assert arrays[portrait.name].dtype == np.float32
        assert arrays[portrait.name].shape == (1, 468, 3)
        np.testing.assert_array_equal(arrays["file"], arrays[portrait.name])


def test_saving_the_same_landmarks_again_writes_the_same_bytes(tmp_path, face_mesh):
    files = portraits(tmp_path, 2)
    outputs = [tmp_path / "first.npz", tmp_path / "second.npz"]
    for output in outputs:
        save_landmarks(face_mesh.predict_files(files), face_mesh.info.layout, output)
    assert outputs[0].read_bytes() == outputs[1].read_bytes()


def test_an_output_is_left_alone_when_no_image_can_be_read(tmp_path, face_mesh):
    (tmp_path / "broken.jpg").write_bytes(b"")
    (tmp_path / "meshes.npz").write_bytes(b"from last week")

    faces, failed = save_landmarks(
        face_mesh.predict_files([tmp_path / "broken.jpg"]),
        face_mesh.info.layout,
        tmp_path / "meshes.npz",
    )

    assert faces == {}
    assert len(failed) == 1
    assert (tmp_path / "meshes.npz").read_bytes() == b"from last week"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["broken.jpg", "meshes.npz"]


def test_two_files_with_one_name_are_refused_but_one_file_twice_is_not(tmp_path):
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "x.jpg").write_bytes(b"")
    first = tmp_path / "a" / "x.jpg"
    assert distinctly_named([first, tmp_path / "a" / ".." / "a" / "x.jpg"]) == [first]
    with pytest.raises(SameNameError, match=r"x\.jpg"):
        distinctly_named([first, tmp_path / "b" / "x.jpg"])
