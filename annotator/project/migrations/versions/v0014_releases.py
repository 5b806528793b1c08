"""Facts of photographs, splits, the ledger of releases, guides, and the project's secret."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

# Spelled out, not imported: a migration has to stay what it was when the tables move on.
_CONSENT = ("given", "refused")
_SPLITS = ("train", "validation", "test")
_REVOKED = (
    "(revoked_at IS NULL) = (revoked_by IS NULL) AND (revoked_at IS NULL) = (revoked_why IS NULL)"
)
_SAYS_NO = "({0}.revoked_at IS NOT NULL OR coalesce({0}.consent, '') = 'refused')"
_OF_IMAGE = (
    "(SELECT id FROM samples WHERE image_id IN (SELECT NEW.image_id UNION ALL "
    "SELECT id FROM images WHERE clip_id = NEW.clip_id))"
)


def upgrade() -> None:
    """Add tables; no row is written."""
    _create_facts()
    _create_splits()
    _create_ledger()
    _create_guides()
    op.create_table(
        "secrets",
        sa.Column("id", sa.Integer, nullable=False, autoincrement=False),
        sa.Column("secret", sa.LargeBinary, nullable=False),
        sa.Column("made_at", sa.DateTime, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_secrets"),
        _check("secrets", "one", "id = 1"),
        _check("secrets", "secret_length", "length(secret) = 32"),
    )
    for action in ("UPDATE", "DELETE"):
        _refuse("secrets", action, "the secret never changes")
    _refuse("secrets", "INSERT", "the secret never changes", "EXISTS (SELECT 1 FROM secrets)")
    _watch_new_images()


def _create_facts() -> None:
    op.create_table(
        "facts",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("image_id", sa.Integer, nullable=True),
        sa.Column("clip_id", sa.Integer, nullable=True),
        *(sa.Column(name, sa.Text, nullable=True) for name in ("subject", "group_name", "licence")),
        sa.Column("consent", _one_of(_CONSENT, "facts", "consent"), nullable=True),
        sa.Column("source", sa.Text, nullable=True),
        sa.Column("revoked_at", sa.DateTime, nullable=True),
        sa.Column("revoked_by", sa.Text, nullable=True),
        sa.Column("revoked_why", sa.Text, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_facts"),
        sa.UniqueConstraint("image_id", name="uq_facts_image_id"),
        sa.UniqueConstraint("clip_id", name="uq_facts_clip_id"),
        _of("images", "facts", "image_id"),
        _of("clips", "facts", "clip_id"),
        _check("facts", "one", "(image_id IS NULL) <> (clip_id IS NULL)"),
        _check("facts", "revoked", _REVOKED),
    )
    before, now = _SAYS_NO.format("OLD"), _SAYS_NO.format("NEW")
    for action, when in (
        ("INSERT", now),
        ("UPDATE", f"{now} IS NOT {before}"),
    ):  # windows show it
        op.execute(
            f"CREATE TRIGGER facts_count_{action.lower()} AFTER {action} ON facts WHEN {when} "
            f"BEGIN DELETE FROM sample_changes WHERE sample_id IN {_OF_IMAGE}; "
            "INSERT INTO sample_changes (sample_id) SELECT id FROM samples "
            f"WHERE id IN {_OF_IMAGE}; END"
        )
    op.create_table(
        "refused_pictures",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("sha256", sa.Text, nullable=False),
        sa.Column("coded_sha256", sa.Text, nullable=True),
        sa.Column("frame", sa.Integer, nullable=True),
        sa.Column("consent", _one_of(_CONSENT, "refused_pictures", "consent"), nullable=True),
        sa.Column("revoked_at", sa.DateTime, nullable=True),
        sa.Column("revoked_by", sa.Text, nullable=True),
        sa.Column("revoked_why", sa.Text, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_refused_pictures"),
        _check("refused_pictures", "sha256_length", "length(sha256) = 64"),
        _check("refused_pictures", "coded_sha256_length", "length(coded_sha256) = 64"),
        _check("refused_pictures", "frame", "frame >= 0"),
        _check("refused_pictures", "revoked", _REVOKED),
    )
    for name in ("sha256", "coded_sha256"):
        op.create_index(f"ix_refused_pictures_{name}", "refused_pictures", [name])


def _create_splits() -> None:
    op.create_table(
        "splits",
        sa.Column("image_id", sa.Integer, nullable=False, autoincrement=False),
        sa.Column("split", _one_of(_SPLITS, "splits", "split"), nullable=False),
        sa.Column("is_fixed", sa.Boolean, nullable=False),
        sa.Column("cluster", sa.Text, nullable=False),
        sa.Column("decided_at", sa.DateTime, nullable=False),
        sa.Column("decided_by", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("image_id", name="pk_splits"),
        _of("images", "splits", "image_id"),
    )


def _create_ledger() -> None:
    op.create_table(
        "releases",
        sa.Column("id", sa.Integer, nullable=False),
        *(
            sa.Column(name, sa.Text, nullable=False)
            for name in ("name", "version", "folder", "content_sha256", "format")
        ),
        sa.Column("images", sa.Integer, nullable=False),
        sa.Column("samples", sa.Integer, nullable=False),
        sa.Column("made_at", sa.DateTime, nullable=False),
        sa.Column("made_by", sa.Text, nullable=False),
        sa.Column("withdrawn_at", sa.DateTime, nullable=True),
        sa.Column("withdrawn_by", sa.Text, nullable=True),
        sa.Column("withdrawn_why", sa.Text, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_releases"),
        sa.UniqueConstraint("name", "version", name="uq_releases_name"),
        _check("releases", "content_sha256_length", "length(content_sha256) = 64"),
        _check("releases", "counts", "images >= 0 AND samples >= 0"),
        _check(
            "releases",
            "withdrawn",
            "(withdrawn_at IS NULL) = (withdrawn_by IS NULL) "
            "AND (withdrawn_at IS NULL) = (withdrawn_why IS NULL)",
        ),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "release_entries",
        sa.Column("release_id", sa.Integer, nullable=False),
        sa.Column("sample_id", sa.Integer, nullable=False),
        sa.Column("image_id", sa.Integer, nullable=False),
        sa.Column("split", _one_of(_SPLITS, "release_entries", "split"), nullable=True),
        sa.Column("landmarks", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("release_id", "sample_id", name="pk_release_entries"),
        _of("releases", "release_entries", "release_id"),
        _check("release_entries", "landmarks_length", "length(landmarks) = 8"),
    )
    op.create_index("ix_release_entries_image_id", "release_entries", ["image_id"])
    op.create_table(
        "released_images",
        sa.Column("image_id", sa.Integer, nullable=False, autoincrement=False),
        sa.Column("sha256", sa.Text, nullable=False),
        sa.Column("frame", sa.Integer, nullable=True),
        sa.PrimaryKeyConstraint("image_id", "sha256", name="pk_released_images"),
        _check("released_images", "sha256_length", "length(sha256) = 64"),
        _check("released_images", "frame", "frame >= 0"),
    )
    op.create_index("ix_released_images_sha256", "released_images", ["sha256"])
    _keep_ledger()


def _keep_ledger() -> None:
    """Refuse to change what was released, and to move an image that was to another split."""
    why = "releases never change but to be withdrawn"
    said = "id, name, version, folder, content_sha256, format, images, samples, made_at, made_by"
    _refuse("releases", f"UPDATE OF {said}", why)
    op.execute(
        "CREATE TRIGGER releases_refuse_return BEFORE UPDATE ON releases "
        f"WHEN OLD.withdrawn_at IS NOT NULL BEGIN SELECT RAISE(ABORT, '{why}'); END"
    )
    same = "id = NEW.id OR (name = NEW.name AND version = NEW.version)"
    _refuse("releases", "INSERT", why, f"EXISTS (SELECT 1 FROM releases WHERE {same})")
    same = "release_id = NEW.release_id AND sample_id = NEW.sample_id"
    _refuse(
        "release_entries", "INSERT", why, f"EXISTS (SELECT 1 FROM release_entries WHERE {same})"
    )
    same = "image_id = NEW.image_id AND sha256 = NEW.sha256"
    _refuse(
        "released_images", "INSERT", why, f"EXISTS (SELECT 1 FROM released_images WHERE {same})"
    )
    _refuse("releases", "DELETE", why)
    for table in ("release_entries", "released_images"):
        for action in ("UPDATE", "DELETE"):
            _refuse(table, action, why)
    released = (
        "EXISTS (SELECT 1 FROM release_entries WHERE image_id = OLD.image_id AND split IS NOT NULL)"
    )
    why = "an image of a release never changes sides"
    _refuse(
        "splits",
        "UPDATE OF image_id, split",
        why,
        f"(NEW.split IS NOT OLD.split OR NEW.image_id IS NOT OLD.image_id) AND {released}",
    )
    _refuse(
        "splits",
        "DELETE",
        why,
        f"{released} AND EXISTS "
        "(SELECT 1 FROM images WHERE id = OLD.image_id AND removed_at IS NULL)",
    )
    _refuse("splits", "INSERT", why, "EXISTS (SELECT 1 FROM splits WHERE image_id = NEW.image_id)")


def _create_guides() -> None:
    op.create_table(
        "guides",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("sample_id", sa.Integer, nullable=False),
        sa.Column("scheme", sa.Text, nullable=False),
        sa.Column("origin", sa.Text, nullable=False),
        sa.Column("added_at", sa.DateTime, nullable=False),
        sa.Column("added_by", sa.Text, nullable=False),
        sa.Column("points", sa.LargeBinary, nullable=False),
        sa.Column("visibility", sa.LargeBinary, nullable=True),
        sa.Column("digest", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_guides"),
        _of("samples", "guides", "sample_id"),
        _check("guides", "points_length", "length(points) > 0 AND length(points) % 12 = 0"),
        _check("guides", "visibility_length", "12 * length(visibility) = length(points)"),
        _check("guides", "digest_length", "length(digest) = 8"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_guides_sample_id", "guides", ["sample_id"])
    _refuse("guides", "UPDATE", "guides never change")
    _refuse(
        "guides", "INSERT", "guides never change", "EXISTS (SELECT 1 FROM guides WHERE id = NEW.id)"
    )
    for action, row in (("INSERT", "NEW"), ("DELETE", "OLD")):  # windows show them
        op.execute(
            f"CREATE TRIGGER guides_count_{action.lower()} AFTER {action} ON guides BEGIN "
            f"DELETE FROM sample_changes WHERE sample_id = {row}.sample_id; "
            f"INSERT INTO sample_changes (sample_id) VALUES ({row}.sample_id); END"
        )


def _watch_new_images() -> None:
    """Know pictures again that were deleted for good: refused ones, and those of releases."""
    same = (
        "(sha256 = NEW.sha256 OR coded_sha256 = NEW.coded_sha256) "
        "AND (frame IS NULL OR frame IS NEW.frame)"
    )
    op.execute(
        "CREATE TRIGGER images_stay_refused AFTER INSERT ON images "
        f"WHEN EXISTS (SELECT 1 FROM refused_pictures WHERE {same}) BEGIN "
        "INSERT INTO facts (image_id, consent, revoked_at, revoked_by, revoked_why) "
        "SELECT NEW.id, consent, revoked_at, revoked_by, revoked_why FROM refused_pictures "
        f"WHERE {same} ORDER BY id DESC LIMIT 1; END"
    )
    same = "sha256 = NEW.sha256 AND frame IS NULL"
    op.execute(
        "CREATE TRIGGER clips_stay_refused AFTER INSERT ON clips "
        f"WHEN EXISTS (SELECT 1 FROM refused_pictures WHERE {same}) BEGIN "
        "INSERT INTO facts (clip_id, consent, revoked_at, revoked_by, revoked_why) "
        "SELECT NEW.id, consent, revoked_at, revoked_by, revoked_why FROM refused_pictures "
        f"WHERE {same} ORDER BY id DESC LIMIT 1; END"
    )
    known = (
        "FROM released_images "
        "JOIN release_entries ON release_entries.image_id = released_images.image_id "
        "JOIN releases ON releases.id = release_entries.release_id "
        "WHERE released_images.sha256 = NEW.sha256 AND released_images.frame IS NEW.frame "
        "AND release_entries.split IS NOT NULL"
    )
    op.execute(
        "CREATE TRIGGER images_keep_sides AFTER INSERT ON images "
        f"WHEN EXISTS (SELECT 1 {known}) BEGIN "
        "INSERT INTO splits (image_id, split, is_fixed, cluster, decided_at, decided_by) "
        "SELECT NEW.id, release_entries.split, 0, '', releases.made_at, releases.made_by "
        f"{known} ORDER BY releases.id DESC LIMIT 1; END"
    )


def _refuse(table: str, action: str, why: str, condition: str = "TRUE") -> None:
    kind = action.split(maxsplit=1)[0].lower()
    name = "replace" if kind == "insert" else kind
    op.execute(
        f"CREATE TRIGGER {table}_refuse_{name} BEFORE {action} ON {table} WHEN {condition} "
        f"BEGIN SELECT RAISE(ABORT, '{why}'); END"
    )


def _of(table: str, of: str, column: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{table}.id"], name=f"fk_{of}_{column}")


def _check(table: str, name: str, condition: str) -> sa.CheckConstraint:
    return sa.CheckConstraint(condition, name=op.f(f"ck_{table}_{name}"))


def _one_of(values: tuple[str, ...], table: str, name: str) -> sa.Enum:
    name = op.f(f"ck_{table}_{name}")
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True)
