"""Faces of a project that show the same picture, found among all of them."""

from annotator.project import HashedFace, OfMesh, Project, StoredFinding
from annotator.quality.checks import Finding
from annotator.quality.checks import look_alikes as check
from annotator.quality.checks.of_project import look_alikes


def find_look_alikes(project: Project) -> int:
    """Find which faces are the same picture again, and store it of each of them.

    By what `assess` stored of them; no photograph is read. What was found before and holds no
    longer, as the other one is gone, excluded or deleted, is taken back. Faces are held as two
    numbers each: 100,000 take seconds.

    Returns
    -------
    int
        Of how many samples something else is stored than before.

    Raises
    ------
    ReadOnlyProject
        If nothing can be changed.
    """
    faces = project.assessments.hashed_faces()
    alike = look_alikes(
        {sample_id: face.hashes for sample_id, face in faces.items()},
        {sample_id: face.file for sample_id, face in faces.items()},
    )
    named = {other for others in alike.values() for other in others}
    names = {
        sample.id: f"{sample.image_name} (sample {sample.id})"
        for sample in project.samples.those_shown(named, person=None)
    }
    found = {}
    for sample_id, others in alike.items():
        if there := [names[other] for other in others if other in names]:
            found[sample_id] = _stored(check.found_alike(there), faces[sample_id])
    return project.assessments.store_found(check.CHECK.name, found)


def _stored(finding: Finding, face: HashedFace) -> list[StoredFinding]:
    """Return a finding of a picture as it is stored: of both meshes that lie over it."""
    meshes = (OfMesh.PREDICTION, OfMesh.ANNOTATION) if face.was_edited else (OfMesh.PREDICTION,)
    return [
        StoredFinding(finding.check, int(finding.severity), finding.sentence, of_mesh=mesh)
        for mesh in meshes
    ]
