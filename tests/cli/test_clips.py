"""Clips through the command line: added, tracked, their frames chosen, corrected and carried on."""

import json
import os
import shutil
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from annotator.cli import main
from annotator.mesh.layout import FACE_468
from annotator.project import Project, SampleState, Verdict
from annotator.project.strokes import Stroke
from annotator.quality.signals import jitter_of
from annotator.system.assets import asset_path
from annotator.workflow.numbered_frames import is_numbered_through
from tests.clips import portrait_frames, write_clip
from tests.retraining import retrained
from tests.rights import as_nobody, close_to_writers, files_of, public_folder

PORTRAIT = asset_path("datasets", "sample", "collins.jpg")
FRAMES = 24


@pytest.fixture(scope="session")
def filmed(tmp_path_factory) -> Path:
    """A clip of one face, kept for all tests: copy it."""
    path = tmp_path_factory.mktemp("filmed") / "walk.mp4"
    return write_clip(path, portrait_frames(FRAMES, 256, 192, motion="pan"))


@pytest.fixture
def clip(filmed, tmp_path) -> Path:
    return Path(shutil.copy(filmed, tmp_path / "walk.mp4"))


@pytest.fixture(scope="session")
def tracked_once(filmed, tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("tracked") / "p"
    for name, *rest in (["new"], ["add", filmed, "--copy"], ["predict"]):
        assert main([name, str(folder), *map(str, rest), "-q"]) == 0
    return folder


@pytest.fixture
def tracked(tracked_once, tmp_path) -> Path:
    """A project with the clip in it, tracked."""
    return Path(shutil.copytree(tracked_once, tmp_path / "p"))


def run_json(command, *arguments, code=0):
    got, out, err = command(*arguments, "--json")
    assert (got, err) == (code, ""), out
    return json.loads(out)


def sequence_of(folder: Path, count: int) -> Path:
    folder.mkdir(parents=True)
    for number, frame in enumerate(portrait_frames(count, 192, 144)):
        Image.fromarray(frame).save(folder / f"frame{number}.png")
    return folder


# --- add -------------------------------------------------------------------------------------


def test_photographs_and_videos_of_a_folder_are_told_apart(command, tmp_path, clip, photos):
    shutil.copy(clip, photos / "deep.bin")  # known by what is in it
    command("new", tmp_path / "p")
    code, out, err = command("add", tmp_path / "p", photos, clip)
    assert (code, err) == (0, "")
    first, second, *rest = out.splitlines()
    assert first == "added 3, already there 0, failed 1"
    assert second == "clips: added 1, already there 1, failed 0"  # known by its content
    assert len(rest) == 1
    again = run_json(command, "add", tmp_path / "p", photos, clip)
    assert (again["added"], again["clips"], again["clips_already_there"]) == (0, [], 2)


def test_clips_that_cannot_be_used_are_listed_with_their_reasons(command, tmp_path, clip):
    command("new", tmp_path / "p")
    whole = clip.read_bytes()
    clip.write_bytes(whole[: len(whole) // 3])
    (tmp_path / "noise.mkv").write_bytes(os.urandom(5000))
    (tmp_path / "empty.webm").touch()
    given = [clip, tmp_path / "noise.mkv", tmp_path / "empty.webm", tmp_path / "never.mov"]
    code, out, err = command("add", tmp_path / "p", *given)
    assert (code, err) == (1, "")
    counted, *failed = out.splitlines()
    assert counted == "clips: added 0, already there 0, failed 4"
    assert [line.partition(": ")[2].rpartition(": ")[0] for line in failed] != []
    assert {Path(line.split(": ")[1]).name for line in failed} == {path.name for path in given}
    assert len(run_json(command, "status", tmp_path / "p")["failed"]) == 3  # one was never there

    clip.write_bytes(whole)
    assert command("add", tmp_path / "p", clip)[0] == 0
    reasons = run_json(command, "status", tmp_path / "p")["failed"]
    assert clip.name not in {Path(one["path"]).name for one in reasons}


def test_a_folder_of_frames_is_one_clip_where_that_is_said(command, tmp_path):
    folder = sequence_of(tmp_path / "shot", 5)
    command("new", tmp_path / "p")
    run_json(command, "add", tmp_path / "p", folder, "--sequence", "--fps", "10")
    (clip,) = run_json(command, "clips", tmp_path / "p")["clips"]
    assert (clip["frames"], clip["duration"], clip["is_folder"]) == (5, 0.4, True)
    assert run_json(command, "status", tmp_path / "p")["images"] == 0
    command("predict", tmp_path / "p")
    assert run_json(command, "clips", tmp_path / "p", "shot")["tracks"][0]["frames"] == 5


def test_frames_that_come_as_photographs_are_told_of(command, tmp_path):
    frames = tmp_path / "shot"
    frames.mkdir()
    for number in range(12):
        Image.new("RGB", (16, 12), (number, 90, 90)).save(frames / f"f{number:03}.png")
    command("new", tmp_path / "p")
    out = command("add", tmp_path / "p", frames)[1]
    assert "shot: 12 photographs, numbered as frames of a clip are" in out
    assert "--sequence" in out
    assert "--sequence" not in command("add", tmp_path / "p", frames)[1]  # said once
    (tmp_path / "none").mkdir()
    Image.new("RGB", (16, 12), "grey").save(tmp_path / "grey.png")
    code, out, _ = command("add", tmp_path / "p", tmp_path / "none", tmp_path / "grey.png")
    assert (code, "--sequence" in out) == (0, False)


@pytest.mark.parametrize(
    ("names", "looks_so"),
    [
        ([f"{n}.jpg" for n in range(1, 30)], True),
        ([f"shot_{n:04}.png" for n in range(10)], True),
        ([f"IMG_{n}.jpg" for n in range(4001, 4030)], False),
        ([f"{n}.jpg" for n in range(30) if n != 7], False),
        ([f"{n}.jpg" for n in range(9)], False),
        ([*(f"{n}.jpg" for n in range(20)), "holiday.jpg"], False),
        ([*(f"a{n}.jpg" for n in range(10)), *(f"b{n}.jpg" for n in range(10, 20))], False),
    ],
)
def test_folders_that_look_like_a_sequence_are_known_by_their_names(names, looks_so):
    assert is_numbered_through(names) == looks_so


@pytest.mark.parametrize("is_folder", [False, True])
def test_copied_clips_make_the_project_independent_of_their_source(
    command, tmp_path, clip, is_folder
):
    given = [sequence_of(tmp_path / "shot", 3), "--sequence"] if is_folder else [clip]
    command("new", tmp_path / "p")
    assert command("add", tmp_path / "p", "--copy", *given)[0] == 0
    shutil.rmtree(given[0]) if is_folder else clip.unlink()
    (found,) = run_json(command, "clips", tmp_path / "p")["clips"]
    assert Path(found["path"]).parent == tmp_path / "p" / "clips"
    assert run_json(command, "predict", tmp_path / "p")["clips"] == 1
    assert not list((tmp_path / "p").rglob(".placing*"))


def test_without_the_extra_each_video_says_what_to_install(tmp_path, clip, photos):
    line = (
        "import sys; sys.modules['av'] = None; from annotator.cli import main; "
        "assert main(['new', sys.argv[1]]) == 0; sys.exit(main(['add', *sys.argv[1:]]))"
    )
    done = subprocess.run(
        [sys.executable, "-c", line, str(tmp_path / "p"), str(clip), str(photos / "collins.jpg")],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert "added 1, already there 0, failed 0" in done.stdout
    assert f"failed: {clip}: " in done.stdout
    assert "pip install 'facemesh-annotator[video]'" in done.stdout


# --- predict ---------------------------------------------------------------------------------


def test_predicting_tracks_clips_after_photographs_and_only_once(command, tmp_path, clip, photos):
    command("new", tmp_path / "p")
    command("add", tmp_path / "p", clip, photos / "collins.jpg")
    code, out, _ = command("predict", tmp_path / "p", "--no-small-faces")
    assert code == 0
    assert out.splitlines()[0] == "predicted 1 image with 1 face, failed 0"
    assert out.splitlines()[-1] == f"tracked 1 clip: {FRAMES} faces in {FRAMES} frames, failed 0"
    again = run_json(command, "predict", tmp_path / "p")
    assert (again["clips"], again["frames"], again["images"]) == (0, 0, 0)


def test_a_project_tells_of_its_clips(command, tracked):
    status = run_json(command, "status", tracked)
    assert (status["clips"], status["clips_not_tracked"]) == (1, 0)
    assert "clips" in command("status", tracked)[1]
    heading, row = command("clips", tracked)[1].splitlines()
    assert heading.split() == ["clip", "frames", "seconds", "tracks", "samples", "name"]
    assert row.split() == ["1", str(FRAMES), "0.8", "1", "0", "walk.mp4"]
    (track,) = run_json(command, "clips", tracked, "walk.mp4")["tracks"]
    assert (track["track"], track["first_frame"], track["frames"]) == (1, 0, FRAMES)
    code, _, err = command("clips", tracked, "run.mp4")
    assert (code, "no clip in this project is called run.mp4" in err) == (1, True)


def test_a_project_without_samples_says_what_to_do_next(command, tmp_path, clip, tracked):
    command("new", tmp_path / "n")

    def told() -> str:
        listed = command("list", tmp_path / "n")[1].strip()
        assert command("status", tmp_path / "n")[1].splitlines()[-1] == listed
        return listed

    assert told() == "no samples yet: `add` photographs or videos, then `predict`"
    command("add", tmp_path / "n", clip)
    assert told() == "no samples yet: `predict` finds the faces"
    listed = command("list", tracked)[1]
    assert listed.startswith("no samples yet of walk.mp4: `open` and correct a frame")
    assert "`frames --count N`" in listed
    run_json(command, "frames", tracked, "walk.mp4", "--count", "1")
    unknown = "jitter is not known of any of these yet: `assess` finds it"
    assert command("list", tracked, "--sort", "jitter")[1].splitlines()[-1] == unknown
    assert "no samples" not in command("status", tracked)[1]


def test_a_photograph_without_a_face_is_not_told_to_be_predicted_again(command, tmp_path):
    Image.new("RGB", (64, 48), "grey").save(tmp_path / "grey.png")
    for name, *rest in (["new"], ["add", tmp_path / "grey.png"], ["predict"]):
        command(name, tmp_path / "n", *rest)
    assert "no face was found" in command("list", tmp_path / "n")[1]


def test_a_clip_that_changed_or_went_is_a_failure_and_the_others_go_on(
    command, tmp_path, clip, photos
):
    write_clip(tmp_path / "other.mp4", portrait_frames(4, 192, 144))
    command("new", tmp_path / "p")
    command("add", tmp_path / "p", clip, tmp_path / "other.mp4")
    write_clip(clip, portrait_frames(FRAMES, 256, 192, seed=9))
    report = run_json(command, "predict", tmp_path / "p")
    assert (report["clips"], len(report["failed"])) == (1, 1)
    assert "has changed since it was added" in report["failed"][0]["reason"]
    clip.unlink()
    report = run_json(command, "predict", tmp_path / "p", code=1)
    assert report["failed"][0]["reason"] == "the file does not exist"
    status = run_json(command, "status", tmp_path / "p")
    assert status["gone"] == [str(clip)]


def test_a_clip_whose_frames_are_damaged_is_tracked_where_it_can_be_read(command, tmp_path):
    whole = write_clip(tmp_path / "hurt.mkv", portrait_frames(60, 256, 192), gop=6)
    data = bytearray(whole.read_bytes())
    middle = len(data) // 2
    data[middle : middle + 400] = bytes(400)
    whole.write_bytes(data)
    command("new", tmp_path / "p")
    assert command("add", tmp_path / "p", whole)[0] == 0
    assert run_json(command, "predict", tmp_path / "p")["clips"] == 1
    tracks = run_json(command, "clips", tmp_path / "p", "hurt.mkv")["tracks"]
    assert 30 <= sum(track["frames"] for track in tracks) <= 60


# --- frames and propagate --------------------------------------------------------------------


def test_frames_are_made_samples_once(command, tracked):
    made = run_json(command, "frames", tracked, "walk.mp4", "--every", "8", "--annotator", "Ann")
    assert [one["frame"] for one in made["samples"]] == [0, 8, 16]
    code, out, _ = command("frames", tracked, "walk.mp4", "--every", "8")
    assert (code, out.splitlines()[0]) == (0, "made 0 samples, already there 3")
    rows = run_json(command, "list", tracked)["samples"]
    assert [(row["clip"], row["frame"], row["track"]) for row in rows] == [
        ("walk.mp4", 0, 1),
        ("walk.mp4", 8, 1),
        ("walk.mp4", 16, 1),
    ]


@pytest.mark.parametrize(
    ("wrong", "code"),
    [([], 2), (["--every", "2", "--count", "2"], 2), (["--every", "2", "--track", "9"], 1)],
)
def test_frames_that_cannot_be_chosen_so_are_one_line(
    command, tracked, wrong, code, assert_one_line
):
    got, out, err = command("frames", tracked, "walk.mp4", *wrong)
    assert (got, out) == (code, "")
    assert_one_line(err)


def test_what_tracking_did_not_ask_is_asked_once_before_frames_are_chosen(command, tracked):
    with Project.open(tracked) as project:
        (track,) = project.clips.tracks(1)
        assert np.isnan(project.clips.seen(track.id).doubt).all()
        before = project.clips.meshes(track.id, 0, 100).landmarks
    made = run_json(command, "frames", tracked, "walk.mp4", "--count", "2")["samples"]
    assert all("crops lie" in one["why"] for one in made)
    with Project.open(tracked) as project:
        doubt = project.clips.seen(track.id).doubt
        assert (doubt > 0).all() and (doubt < 0.1).all()
        assert np.array_equal(project.clips.meshes(track.id, 0, 100).landmarks, before)
    (tracked / "clips" / "walk.mp4").unlink()  # nobody reads it any more to choose
    run_json(command, "frames", tracked, "walk.mp4", "--every", "100")


def test_a_clip_that_is_gone_is_told_before_frames_are_chosen(command, tracked, assert_one_line):
    (tracked / "clips" / "walk.mp4").unlink()
    code, _, err = command("frames", tracked, "walk.mp4", "--count", "2")
    assert code == 1
    assert "walk.mp4: the file does not exist" in err
    assert_one_line(err)


def test_doubtful_frames_are_chosen_with_reasons_and_apart(command, tracked):
    made = run_json(command, "frames", tracked, "walk.mp4", "--count", "3")["samples"]
    frames = sorted(one["frame"] for one in made)
    assert len(frames) == 3
    assert all(one["why"] for one in made)
    assert min(np.diff(frames)) > 1


def corrected(project: Path, sample_id: int, by: float) -> None:
    """Move a face's mesh to the right."""
    with Project.open(project) as opened:
        now = opened.annotations.load(sample_id)
        moved = now.landmarks + np.array([by, 0, 0], np.float32)
        stroke = Stroke("grab", np.arange(len(moved)), now.landmarks, moved)
        opened.annotations.record_stroke(sample_id, stroke, revision=now.revision, annotator="Ann")


def test_corrections_are_carried_to_the_frames_between_and_none_is_accepted(command, tracked):
    made = run_json(command, "frames", tracked, "walk.mp4", "--every", "8")["samples"]
    code, out, _ = command("propagate", tracked, "walk.mp4")
    assert (code, "nothing to carry" in out) == (0, True)
    corrected(tracked, made[0]["sample"], 4.0)
    corrected(tracked, made[2]["sample"], 8.0)
    done = run_json(command, "propagate", tracked, "walk.mp4", "--every", "4")
    assert done == {"new": 3, "followed": 0, "same": 0}
    with Project.open(tracked) as project:
        (track,) = project.clips.tracks(1)
        states = project.clips.states(track.id)
        assert states.frames.tolist() == [0, 4, 8, 12, 16]
        assert states.is_key.tolist() == [True, False, False, False, True]
        assert SampleState.ACCEPTED not in states.states
        middle = project.annotations.load(int(states.sample_ids[2])).landmarks
        predicted = project.clips.meshes(track.id, 8, 9).landmarks[0]
        assert (middle - predicted)[:, 0].mean() == pytest.approx(6.0, abs=0.5)

    corrected(tracked, made[2]["sample"], 8.0)
    assert run_json(command, "propagate", tracked, "walk.mp4", "--every", "4")["followed"] == 3


def test_a_verdict_on_all_leaves_out_what_was_propagated_and_nobody_looked_at(command, tracked):
    made = run_json(command, "frames", tracked, "walk.mp4", "--every", "8")["samples"]
    corrected(tracked, made[0]["sample"], 2.0)
    corrected(tracked, made[2]["sample"], 2.0)
    run_json(command, "propagate", tracked, "walk.mp4", "--every", "4")

    def look_at(*samples):
        with Project.open(tracked) as project:
            for each in samples:
                project.visits.record(
                    each, annotator="Ann", started_at=datetime.now(UTC), seconds=8.0, strokes=0
                )

    with Project.open(tracked) as project:
        (track,) = project.clips.tracks(1)
        four, eight, twelve = (project.clips.sample_at(track.id, at) for at in (4, 8, 12))
    look_at(four, eight)
    corrected(tracked, made[2]["sample"], 3.0)  # what follows it needs another look
    run_json(command, "propagate", tracked, "walk.mp4", "--every", "4")
    look_at(four)
    code, out, _ = command("review", tracked, "accept", "--all", "--despite-checks")
    told = "accept: 3 samples, 2 samples left as before (2 propagated and not looked at yet"
    assert (code, out.startswith(told)) == (1, True), out
    with Project.open(tracked) as project:
        states = {each.id: each.state for each in project.samples.summaries()}
    assert states[four] is SampleState.ACCEPTED
    assert states[eight] is states[twelve] is SampleState.IN_PROGRESS
    assert command("review", tracked, "accept", eight, "--despite-checks")[0] == 0
    assert "(1 propagated and not looked at yet" in command("review", tracked, "submit", "--all")[1]
    with Project.open(tracked) as project:
        assert project.reviews.give_undecided(Verdict.ACCEPT, reviewer="Bea") == []


# --- looked after ----------------------------------------------------------------------------


def test_checking_reads_clips_too(command, tracked):
    clip = tracked / "clips" / "walk.mp4"
    command("frames", tracked, "walk.mp4", "--every", "8")
    assert command("check", tracked, "--photographs")[0] == 0
    data = bytearray(clip.read_bytes())
    data[-200] ^= 0xFF
    clip.write_bytes(data)
    code, out, _ = command("check", tracked, "--photographs")
    assert (code, out.count("failed: ")) == (1, 1)
    assert f"failed: {clip}: it has changed since it was added" in out


def test_a_clip_leaves_with_its_samples_and_comes_back_with_them(command, tracked, photos):
    command("add", tracked, photos / "collins.jpg")
    command("frames", tracked, "walk.mp4", "--every", "8")
    code, out, _ = command("remove", tracked, "walk.mp4")
    assert (code, out.splitlines()[0]) == (0, "removed 1 clip with 3 faces")
    assert run_json(command, "clips", tracked)["clips"] == []
    assert run_json(command, "list", tracked)["samples"] == []
    assert run_json(command, "status", tracked)["images"] == 1
    code, out, _ = command("restore", tracked, "walk.mp4")
    assert (code, out) == (0, "restored 1 clip with 3 faces\n")
    assert len(run_json(command, "list", tracked)["samples"]) == 3

    sample = run_json(command, "list", tracked)["samples"][1]["sample"]
    assert run_json(command, "remove", tracked, sample)["clips"] == []
    assert len(run_json(command, "list", tracked)["samples"]) == 2
    assert command("restore", tracked, "--all")[1] == "restored 1 photograph with 1 face\n"

    command("remove", tracked, tracked / "clips")
    code, out, _ = command("remove", tracked, "walk.mp4", "--for-good", "--yes")
    assert (code, out) == (0, "deleted 1 clip with 3 faces\n")
    assert command("restore", tracked, "--all")[1] == "nothing was removed\n"
    assert (tracked / "clips" / "walk.mp4").exists()


@pytest.mark.parametrize("is_folder", [False, True])
def test_clips_that_were_moved_are_followed_with_their_frames(
    command, tmp_path, clip, is_folder, photos
):
    given = sequence_of(tmp_path / "in" / "shot", 4) if is_folder else tmp_path / "in" / "walk.mp4"
    if not is_folder:
        given.parent.mkdir()
        clip.rename(given)
    shutil.copy(photos / "collins.jpg", tmp_path / "in")
    command("new", tmp_path / "p")
    for one in (given, tmp_path / "in" / "collins.jpg"):
        command("add", tmp_path / "p", one, *["--sequence"] * is_folder)
    command("predict", tmp_path / "p", "--no-small-faces")
    command("frames", tmp_path / "p", given.name, "--every", "3")
    (tmp_path / "in").rename(tmp_path / "out")
    told = run_json(command, "relocate", tmp_path / "p", tmp_path / "in", tmp_path / "no", code=1)
    assert len(told["missing"]) == 2
    code, out, _ = command("relocate", tmp_path / "p", tmp_path / "in", tmp_path / "out")
    assert (code, out) == (0, "relocated 1 photograph and 1 clip\n")
    status = run_json(command, "status", tmp_path / "p")
    assert (status["gone"], status["clips"]) == ([], 1)
    assert command("check", tmp_path / "p", "--photographs")[0] == 0


def test_assessing_says_how_meshes_tremble_and_how_heads_are_turned(command, tracked):
    command("frames", tracked, "walk.mp4", "--every", "8")
    assert command("assess", tracked)[0] == 0
    with Project.open(tracked) as project:
        trembling = project.assessments.columns().signals["jitter"]
        (track,) = project.clips.tracks(1)
        meshes = project.clips.meshes(track.id, 7, 10).landmarks
        expected = jitter_of(meshes[0], meshes[1], meshes[2], FACE_468)
    assert np.isfinite(trembling).all()
    assert trembling[1] == pytest.approx(expected, rel=1e-3)
    rows = run_json(command, "list", tracked, "--sort", "jitter", "--descending")["samples"]
    order = [row["sample"] for row in rows]
    assert order == [1 + at for at in np.argsort(-trembling, kind="stable")]
    assert all(abs(row["yaw"]) < 60 and row["roll"] is not None for row in rows)
    assert "jitter" in command("list", tracked, "--sort", "jitter")[1].splitlines()[0]


def test_a_round_ends_with_all_clips_tracked_by_the_new_model(command, tracked, tmp_path):
    command("frames", tracked, "walk.mp4", "--every", "8")
    command("review", tracked, "accept", "--all", "--despite-checks")
    model = retrained(tmp_path / "run")
    report = run_json(command, "round", "finish", tracked, "--model", model)
    assert (report["clips"], report["meshes"]) == (1, FRAMES)
    assert run_json(command, "status", tracked)["clips_not_tracked"] == 0
    with Project.open(tracked) as project:
        (track,) = project.clips.tracks(1)
        assert (track.number, track.model_id) == (1, 2)


@pytest.mark.skipif(sys.platform == "win32", reason="folders have POSIX permissions")
def test_a_project_that_may_only_be_read_is_read_and_not_written(
    command, tracked, clip, assert_one_line
):
    with public_folder() as shelf:
        archive = Path(shutil.copytree(tracked, shelf / "archive"))
        film = shutil.copy(clip, shelf)
        close_to_writers(archive)
        before = files_of(archive)
        # What a command imports may be out of nobody's reach.
        for name in ("frames", "propagate", "add"):
            assert (
                command(name, shelf / "nowhere", film, *["--every=8"] * (name == "frames"))[0] == 1
            )
        with as_nobody():
            assert command("clips", archive, "walk.mp4")[0] == 0
            for arguments in (
                ["add", archive, film],
                ["frames", archive, "walk.mp4", "--every", "8"],
                ["propagate", archive, "walk.mp4"],
            ):
                code, out, err = command(*arguments)
                assert (code, out) == (1, ""), arguments
                assert_one_line(err)
                assert "is read-only" in err
        assert files_of(archive) == before


@pytest.mark.skipif(sys.platform != "linux", reason="other systems have no such names")
def test_a_clip_of_a_hostile_name_does_nothing_to_a_terminal(command, tmp_path, clip):
    hostile = clip.rename(tmp_path / "a\x1b[2J\nfailed: forged\u202e.mp4")
    command("new", tmp_path / "p")
    command("add", tmp_path / "p", hostile)
    command("predict", tmp_path / "p")
    told = [
        command("clips", tmp_path / "p")[1],
        command("clips", tmp_path / "p", hostile.name)[1],
        command("frames", tmp_path / "p", hostile.name, "--every", "9")[1],
        command("list", tmp_path / "p")[1],
    ]
    hostile.unlink()
    told += [command("status", tmp_path / "p", "--all")[1], command("predict", tmp_path / "p")[1]]
    for text in told:
        assert all(line.isprintable() for line in text.splitlines())
        assert "\nfailed: forged" not in text


def test_frames_that_are_one_picture_are_left_out_and_the_others_go_on(command, tmp_path):
    folder = sequence_of(tmp_path / "shot", 5)
    shutil.copy(folder / "frame1.png", folder / "frame2.png")  # the film stood still
    for name, *rest in (["new"], ["add", folder, "--sequence"], ["predict"]):
        command(name, tmp_path / "p", *rest)
    code, out, err = command("frames", tmp_path / "p", "shot", "--every", 1)
    assert (code, err) == (0, "")
    first, *_, last = out.splitlines()
    assert first == "made 4 samples, already there 0"
    assert last.startswith("left out: frame 2 is the same picture as frame 1 of clip 1")


def test_frames_that_somebody_took_out_are_not_brought_back_with_many_others(command, tracked):
    made = run_json(command, "frames", tracked, "walk.mp4", "--every", "8")["samples"]
    for place in (0, 2):
        corrected(tracked, made[place]["sample"], 4.0)
    with Project.open(tracked) as project:
        (out,) = (image.id for image in project.images.all() if image.clip_frame == 8)
        project.removals.remove([out], by="Ada")
    assert run_json(command, "propagate", tracked, "walk.mp4", "--every", "4")["new"] == 2
    again = run_json(command, "frames", tracked, "walk.mp4", "--every", "4")["samples"]
    assert [one["frame"] for one in again] == [0, 4, 12, 16, 20]
    by_doubt = run_json(command, "frames", tracked, "walk.mp4", "--count", "24")["samples"]
    assert 8 not in {one["frame"] for one in by_doubt}
