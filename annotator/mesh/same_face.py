"""When two meshes are of one face, told by their boxes: for models and for the store alike."""

SAME_FACE_IOU = 0.4
"""Two boxes that overlap by more than this show one face."""

SAME_FACE_COVER = 0.8
"""So do two of which more than this share of the smaller one lies within the other."""
