"""MediaPipe's face mesh without irises: 468 vertices, as Google's canonical model has them."""

from annotator.mesh.layouts.definition import (
    ContourFeatures,
    EyeCorners,
    MakeUp,
    MeshLayout,
    RegionFeatures,
)

_CONTOURS = {
    "face_oval": ContourFeatures("Face oval", ends=(10, 152)),
    "lips_outer": ContourFeatures("Lips, outer", ends=(61, 291), corners=(61, 291)),
    "lips_inner": ContourFeatures("Lips, inner", ends=(78, 308), corners=(78, 308)),
    "left_eye": ContourFeatures("Left eye", ends=(263, 362), corners=(263, 362)),
    "right_eye": ContourFeatures("Right eye", ends=(33, 133), corners=(33, 133)),
    # The ends of the brows are blunt: two vertices each.
    "left_eyebrow": ContourFeatures(
        "Left eyebrow", ends=(300, 285), corners=(300, 336, 285, 276), is_blunt=True
    ),
    "right_eyebrow": ContourFeatures(
        "Right eyebrow", ends=(70, 55), corners=(70, 107, 55, 46), is_blunt=True
    ),
}

# The lips reach from the outer line to the inner one, an eye from its lids to the ring of
# vertices around them; the nose is what MediaPipe's nose lines enclose. The regions overlap in
# the whole face alone.
_REGIONS = {
    "face_oval": RegionFeatures("Face oval"),
    "lips": RegionFeatures("Lips", outline="lips_outer"),
    "left_eye": RegionFeatures("Left eye", outline="left_eye", with_neighbours=True),
    "right_eye": RegionFeatures("Right eye", outline="right_eye", with_neighbours=True),
    "left_eyebrow": RegionFeatures("Left eyebrow", outline="left_eyebrow"),
    "right_eyebrow": RegionFeatures("Right eyebrow", outline="right_eyebrow"),
    "nose": RegionFeatures("Nose"),
    "face": RegionFeatures("Whole face", is_whole=True),
}

_MAKE_UP = MakeUp(
    upper_lid=(33, 246, 161, 160, 159, 158, 157, 173, 133),
    lower_lid=(33, 7, 163, 144, 145, 153, 154, 155, 133),
    crease=(113, 225, 224, 223, 222, 221, 189),
    brow_top=(70, 63, 105, 66, 107),
    brow_bottom=(55, 65, 52, 53, 46),
    cheek=(50, 101, 117),
    lips="lips_outer",
)

# Left and right are the subject's.
_VERTICES = {
    10: "Top of the forehead", 9: "Between the brows", 168: "Root of the nose",
    6: "Bridge of the nose", 4: "Nose tip", 2: "Base of the nose",
    98: "Right nostril, outer side", 327: "Left nostril, outer side",
    33: "Right eye, outer corner", 133: "Right eye, inner corner",
    362: "Left eye, inner corner", 263: "Left eye, outer corner",
    159: "Right upper lid, middle", 145: "Right lower lid, middle",
    386: "Left upper lid, middle", 374: "Left lower lid, middle",
    70: "Right eyebrow, outer end", 300: "Left eyebrow, outer end",
    0: "Upper lip, upper edge, middle", 13: "Upper lip, lower edge, middle",
    14: "Lower lip, upper edge, middle", 17: "Lower lip, lower edge, middle",
    61: "Right mouth corner", 291: "Left mouth corner",
    78: "Right mouth corner, inner", 308: "Left mouth corner, inner",
    50: "Right cheek", 280: "Left cheek", 127: "Right temple", 356: "Left temple",
    172: "Right jaw", 397: "Left jaw", 152: "Chin",
}  # fmt: skip

FACE_468 = MeshLayout(
    name="face_468",
    count=468,
    asset="canonical_face_mesh.npz",
    eye_corners=EyeCorners(right_outer=33, right_inner=133, left_inner=362, left_outer=263),
    boundary="face_oval",
    contour_features=_CONTOURS,
    region_features=_REGIONS,
    make_up=_MAKE_UP,
    rigid_groups={},
    vertex_names=_VERTICES,
    error_modes="face_468_error_modes.npz",
    points_68="face_468_points_68.v1.npz",
)
"""It has no rigid groups: every vertex lies on skin. Irises would be some."""
