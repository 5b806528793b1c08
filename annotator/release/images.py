"""The images of a release: each is verified, and put where the release has it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from annotator.imaging import ImageError, inspect_image
from annotator.imaging.stripping import has_metadata
from annotator.release.crops import Crop, Points
from annotator.release.errors import ExportError
from annotator.release.face_files import FaceFiles
from annotator.release.file_names import FileNames
from annotator.release.frames import VideoFrames
from annotator.release.image_modes import (
    CROPS,
    ELSEWHERE,
    EMBEDDED,
    IMAGE_FOLDER,
    ImageMode,
    Metadata,
    PlacedImage,
    Stored,
    Tally,
)
from annotator.release.own_files import OwnFiles
from annotator.release.transfer import transfer
from annotator.release.upright import UPRIGHT, is_read_alike
from annotator.system.foreign_text import recovered
from annotator.system.hashing import file_sha256

if TYPE_CHECKING:
    from annotator.mesh.layout import MeshLayout
    from annotator.project.image_records import ImageRecord

__all__ = [
    "CROPS", "ELSEWHERE", "EMBEDDED", "IMAGE_FOLDER", "ImageMode", "ImagePlaces", "Metadata",
    "PlacedImage", "Stored", "Tally",
]  # fmt: skip


class ImagePlaces:
    """Where a release has its images: each is verified as it is asked for, and put there.

    Parameters
    ----------
    folder
        The release.
    names
        What to call files of its own.
    mode
        How it has them.
    metadata
        Whether that of files is stripped.
    upright
        Write whole images upright in any mode.
    layout
        Of the meshes by which faces are cut out.

    Attributes
    ----------
    cuts_faces
        Whether `place_face` is to be asked for each face, else `place` for each image.
    tally
        Of those placed so far.
    """

    def __init__(
        self,
        folder: Path,
        names: FileNames,
        layout: MeshLayout,
        *,
        mode: ImageMode = "copy",
        metadata: Metadata = "strip",
        upright: bool = False,
    ) -> None:
        self.tally = Tally()
        self.cuts_faces = mode in CROPS
        self._folder = folder
        self._names = names
        self._mode = mode
        self._strips = metadata == "strip"
        self._frames = VideoFrames()
        self._faces = FaceFiles(self._frames, mode, layout)
        self._own = OwnFiles(
            strips=self._strips,
            links=mode == "link",
            upright=upright or mode == "upright",
            tally=self.tally,
        )

    def place(self, image: ImageRecord, inside: str = IMAGE_FOLDER) -> PlacedImage:
        """Verify a whole image and put it where the release has it.

        Parameters
        ----------
        image
        inside
            Which folder of the release it belongs in.

        Raises
        ------
        ExportError
            If the image vanished or is no longer the file that was imported, is a frame of a file
            that is no video, or of a video and to be referenced.
        """
        if self._mode == "none":
            return PlacedImage(self._names.of(image.file_name, image.picture_sha256), UPRIGHT)
        _refuse_part_of_a_file(image)
        try:
            if self._mode == "reference":
                return self._referenced(image)
            target = self._target(inside, self._names.of(image.file_name, image.picture_sha256))
            if image.frame is None:
                return self._placed(image, *self._own.put(image, target))
            self._frames.write(image, target)
            return self._placed(image, target, UPRIGHT, "upright")
        except ImageError as error:
            raise ExportError(f"{image.path} cannot be read any more: {error}") from error

    def place_face(
        self, image: ImageRecord, face_index: int, landmarks: Points, inside: str = IMAGE_FOLDER
    ) -> PlacedImage:
        """Verify an image and cut one of its faces out.

        Parameters
        ----------
        image
        face_index
        landmarks : (n, 3)
            In pixels of the upright image.
        inside
            Which folder of the release it belongs in.

        Raises
        ------
        ExportError
            As `place`.
        """
        _refuse_part_of_a_file(image)
        name = self._names.of_face(image.file_name, image.picture_sha256, face_index)
        target = self._target(inside, name)
        try:
            crop = self._faces.put(image, landmarks, target)
        except ImageError as error:
            raise ExportError(f"{image.path} cannot be read any more: {error}") from error
        self.tally.cropped += 1
        return self._placed(image, target, UPRIGHT, "crop", crop)

    def close(self) -> None:
        """Close the video that is open."""
        self._frames.close()

    def _target(self, inside: str, name: str) -> Path:
        target = self._folder / inside / name
        target.parent.mkdir(parents=True, exist_ok=True)
        return target

    def _placed(
        self,
        image: ImageRecord,
        path: Path,
        orientation: int,
        stored: Stored,
        crop: Crop | None = None,
    ) -> PlacedImage:
        file = path.relative_to(self._folder).as_posix()
        sha256 = image.sha256 if stored == "original" else file_sha256(path)
        size = path.stat().st_size
        return PlacedImage(file, orientation, stored, sha256, size, path, crop)

    def _referenced(self, image: ImageRecord) -> PlacedImage:
        if image.frame is not None:
            raise ExportError(
                f"{image.name} is a frame of a video and cannot be referenced, as no reader of"
                " releases would find it: copy the images"
            )
        transfer(image, None)
        if self._strips and has_metadata(image.path):
            self.tally.with_metadata += 1
        info = inspect_image(image.path)
        if not is_read_alike(image.path, info):
            self.tally.misread += 1
        elif info.orientation != UPRIGHT:
            self.tally.turned_on_reading += 1
        return PlacedImage(_reference(image.path), info.orientation, path=image.path)


def _refuse_part_of_a_file(image: ImageRecord) -> None:
    if image.frame is not None and image.clip_id is None:
        raise ExportError(
            f"{image.path}: frame {image.frame} of it cannot be exported, only whole files can:"
            " exclude its samples"
        )


def _reference(path: Path) -> str:
    try:
        return recovered(path.as_posix()).encode().decode()
    except UnicodeEncodeError as error:
        raise ExportError(
            f"{path.as_posix()!a} is no valid Unicode and cannot be referenced:"
            " rename it, or copy the images"
        ) from error
