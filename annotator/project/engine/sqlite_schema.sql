-- Schema 0014, as the migrations make it: written by a program, see sqlite_schema.py.

CREATE TABLE alembic_version (
    version_num VARCHAR(32) NOT NULL,
    CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);

CREATE TABLE failed_files (
    id INTEGER NOT NULL,
    path TEXT NOT NULL,
    reason TEXT NOT NULL,
    failed_at DATETIME NOT NULL,
    CONSTRAINT pk_failed_files PRIMARY KEY (id),
    CONSTRAINT uq_failed_files_path UNIQUE (path)
);

CREATE TABLE prediction_runs (
    model_id INTEGER NOT NULL,
    image_id INTEGER NOT NULL,
    face_count INTEGER NOT NULL,
    created_at DATETIME NOT NULL,
    CONSTRAINT pk_prediction_runs PRIMARY KEY (model_id, image_id),
    CONSTRAINT fk_prediction_runs_model_id FOREIGN KEY(model_id) REFERENCES models (id),
    CONSTRAINT fk_prediction_runs_image_id FOREIGN KEY(image_id) REFERENCES images (id),
    CONSTRAINT ck_prediction_runs_face_count CHECK (face_count >= 0)
);

CREATE TABLE strokes (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    sample_id INTEGER NOT NULL,
    sequence INTEGER NOT NULL,
    tool TEXT NOT NULL,
    annotator TEXT,
    created_at DATETIME NOT NULL,
    undone BOOLEAN NOT NULL,
    vertex_indices BLOB NOT NULL,
    "before" BLOB NOT NULL,
    "after" BLOB NOT NULL, marks_before BLOB, marks_after BLOB CONSTRAINT ck_strokes_marks_lengths CHECK ((marks_before IS NULL) = (marks_after IS NULL) AND 2 * length(marks_before) = length(vertex_indices) AND 2 * length(marks_after) = length(vertex_indices)), anchors_added BLOB, anchors_removed BLOB CONSTRAINT ck_strokes_anchors_lengths CHECK (length(anchors_added) % 2 = 0 AND length(anchors_removed) % 2 = 0), digest BLOB CONSTRAINT ck_strokes_digest_length CHECK (length(digest) = 8), anchors_digest BLOB CONSTRAINT ck_strokes_anchors_digest_length CHECK (length(anchors_digest) = 8),
    CONSTRAINT fk_strokes_sample_id FOREIGN KEY(sample_id) REFERENCES samples (id),
    CONSTRAINT uq_strokes_sample_id UNIQUE (sample_id, sequence),
    CONSTRAINT ck_strokes_sequence CHECK (sequence >= 1),
    CONSTRAINT ck_strokes_lengths CHECK (length("before") = 6 * length(vertex_indices) AND length("after") = 6 * length(vertex_indices))
);

CREATE TABLE visits (
    id INTEGER NOT NULL,
    sample_id INTEGER NOT NULL,
    annotator TEXT,
    started_at DATETIME NOT NULL,
    seconds FLOAT NOT NULL,
    strokes INTEGER NOT NULL, purpose VARCHAR(8) NOT NULL DEFAULT 'annotate' CONSTRAINT ck_visits_purpose CHECK (purpose IN ('annotate', 'review')),
    CONSTRAINT pk_visits PRIMARY KEY (id),
    CONSTRAINT fk_visits_sample_id FOREIGN KEY(sample_id) REFERENCES samples (id),
    CONSTRAINT ck_visits_seconds CHECK (seconds >= 0),
    CONSTRAINT ck_visits_strokes CHECK (strokes >= 0)
);

CREATE INDEX ix_visits_sample_id ON visits (sample_id);

CREATE TABLE "models" (
    id INTEGER NOT NULL,
    name TEXT NOT NULL,
    sha256 TEXT NOT NULL,
    layout TEXT NOT NULL,
    registered_at DATETIME NOT NULL,
    CONSTRAINT pk_models PRIMARY KEY (id),
    CONSTRAINT uq_models_sha256 UNIQUE (sha256)
);

CREATE TABLE "predictions" (
    id INTEGER NOT NULL,
    sample_id INTEGER NOT NULL,
    model_id INTEGER NOT NULL,
    presence FLOAT NOT NULL,
    detection_score FLOAT NOT NULL,
    created_at DATETIME NOT NULL,
    landmarks BLOB NOT NULL, digest BLOB CONSTRAINT ck_predictions_digest_length CHECK (length(digest) = 8),
    CONSTRAINT pk_predictions PRIMARY KEY (id),
    CONSTRAINT fk_predictions_sample_id FOREIGN KEY(sample_id) REFERENCES samples (id),
    CONSTRAINT fk_predictions_model_id FOREIGN KEY(model_id) REFERENCES models (id),
    CONSTRAINT uq_predictions_sample_id UNIQUE (sample_id, model_id),
    CONSTRAINT ck_predictions_landmarks_length CHECK (length(landmarks) > 0 AND length(landmarks) % 12 = 0)
);

CREATE TABLE "annotations" (
    sample_id INTEGER NOT NULL,
    prediction_id INTEGER NOT NULL,
    revision INTEGER NOT NULL,
    landmarks BLOB,
    marks BLOB, digest BLOB CONSTRAINT ck_annotations_digest_length CHECK (length(digest) = 8),
    CONSTRAINT pk_annotations PRIMARY KEY (sample_id),
    CONSTRAINT fk_annotations_sample_id FOREIGN KEY(sample_id) REFERENCES samples (id),
    CONSTRAINT fk_annotations_prediction_id FOREIGN KEY(prediction_id) REFERENCES predictions (id),
    CONSTRAINT ck_annotations_revision CHECK (revision >= 0),
    CONSTRAINT ck_annotations_landmarks_length CHECK (length(landmarks) > 0 AND length(landmarks) % 12 = 0),
    CONSTRAINT ck_annotations_marks_length CHECK (length(marks) > 0 AND 12 * length(marks) = length(landmarks))
);

CREATE TABLE sample_changes (
    number INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    sample_id INTEGER NOT NULL,
    CONSTRAINT fk_sample_changes_sample_id FOREIGN KEY(sample_id) REFERENCES samples (id),
    CONSTRAINT uq_sample_changes_sample_id UNIQUE (sample_id)
);

CREATE TABLE "images" (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    path TEXT NOT NULL,
    sha256 TEXT NOT NULL,
    frame INTEGER,
    width INTEGER NOT NULL,
    height INTEGER NOT NULL,
    file_size BIGINT,
    modified_ns BIGINT,
    failure TEXT,
    added_at DATETIME NOT NULL,
    coded_sha256 TEXT,
    pixels_sha256 TEXT,
    removed_at DATETIME, clip_id INTEGER CONSTRAINT fk_images_clip_id REFERENCES clips (id), clip_frame INTEGER CONSTRAINT ck_images_clip_frame CHECK (clip_frame >= 0 AND (clip_id IS NULL) = (clip_frame IS NULL)), clip_time FLOAT CONSTRAINT ck_images_clip_time CHECK (clip_time >= 0 AND (clip_id IS NULL) = (clip_time IS NULL)),
    CONSTRAINT ck_images_sha256_length CHECK (length(sha256) = 64),
    CONSTRAINT ck_images_size CHECK (width > 0 AND height > 0),
    CONSTRAINT ck_images_frame CHECK (frame >= 0),
    CONSTRAINT ck_images_coded_sha256_length CHECK (length(coded_sha256) = 64),
    CONSTRAINT ck_images_pixels_sha256_length CHECK (length(pixels_sha256) = 64)
);

CREATE INDEX ix_images_path ON images (path);

CREATE INDEX ix_images_coded_sha256 ON images (coded_sha256);

CREATE UNIQUE INDEX uq_images_content ON images (sha256, coalesce(frame, -1));

CREATE TRIGGER predictions_refuse_replace BEFORE INSERT ON predictions WHEN EXISTS (SELECT 1 FROM predictions WHERE id = NEW.id OR (sample_id = NEW.sample_id AND model_id = NEW.model_id)) BEGIN SELECT RAISE(ABORT, 'predictions never change'); END;

CREATE TRIGGER predictions_refuse_update BEFORE UPDATE ON predictions BEGIN SELECT RAISE(ABORT, 'predictions never change'); END;

CREATE TRIGGER annotations_count_update AFTER UPDATE ON annotations BEGIN DELETE FROM sample_changes WHERE sample_id = NEW.sample_id; INSERT INTO sample_changes (sample_id) VALUES (NEW.sample_id); END;

CREATE INDEX ix_strokes_anchors ON strokes (sample_id, sequence, undone, anchors_added, anchors_removed, anchors_digest) WHERE anchors_added IS NOT NULL OR anchors_removed IS NOT NULL;

CREATE TABLE rounds (
    number INTEGER NOT NULL,
    model_id INTEGER NOT NULL,
    started_at DATETIME NOT NULL,
    next_model_id INTEGER,
    finished_at DATETIME,
    release_sha256 TEXT,
    release_folder TEXT,
    release_samples INTEGER,
    training TEXT,
    metrics TEXT,
    CONSTRAINT pk_rounds PRIMARY KEY (number),
    CONSTRAINT fk_rounds_model_id FOREIGN KEY(model_id) REFERENCES models (id),
    CONSTRAINT fk_rounds_next_model_id FOREIGN KEY(next_model_id) REFERENCES models (id),
    CONSTRAINT ck_rounds_number CHECK (number > 0),
    CONSTRAINT ck_rounds_finished CHECK (finished_at IS NULL OR next_model_id IS NOT NULL),
    CONSTRAINT ck_rounds_next_model CHECK (next_model_id <> model_id),
    CONSTRAINT ck_rounds_release_sha256_length CHECK (length(release_sha256) = 64),
    CONSTRAINT ck_rounds_release CHECK ((release_sha256 IS NULL) = (release_folder IS NULL) AND (release_sha256 IS NULL) = (release_samples IS NULL) AND release_samples >= 0)
);

CREATE TRIGGER rounds_refuse_update BEFORE UPDATE ON rounds WHEN OLD.finished_at IS NOT NULL BEGIN SELECT RAISE(ABORT, 'rounds that are finished never change'); END;

CREATE TRIGGER rounds_refuse_delete BEFORE DELETE ON rounds WHEN TRUE BEGIN SELECT RAISE(ABORT, 'rounds that are finished never change'); END;

CREATE TRIGGER rounds_refuse_replace BEFORE INSERT ON rounds WHEN EXISTS (SELECT 1 FROM rounds WHERE number = NEW.number) BEGIN SELECT RAISE(ABORT, 'rounds that are finished never change'); END;

CREATE TABLE assessors (
    id INTEGER NOT NULL,
    model_id INTEGER NOT NULL,
    version INTEGER NOT NULL,
    signals TEXT NOT NULL,
    registered_at DATETIME NOT NULL,
    CONSTRAINT pk_assessors PRIMARY KEY (id),
    CONSTRAINT fk_assessors_model_id FOREIGN KEY(model_id) REFERENCES models (id),
    CONSTRAINT uq_assessors_model_id UNIQUE (model_id, version, signals),
    CONSTRAINT ck_assessors_version CHECK (version > 0)
);

CREATE TABLE assessments (
    number INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    sample_id INTEGER NOT NULL,
    assessor_id INTEGER NOT NULL,
    prediction_id INTEGER NOT NULL,
    revision INTEGER NOT NULL,
    doubt FLOAT,
    signals BLOB NOT NULL,
    spread BLOB,
    assessed_at DATETIME NOT NULL,
    is_due BOOLEAN DEFAULT 0 NOT NULL, face_hashes BLOB CONSTRAINT ck_assessments_face_hashes_length CHECK (length(face_hashes) = 16), unchanged_since_sent_back BOOLEAN DEFAULT 0 NOT NULL,
    CONSTRAINT fk_assessments_sample_id FOREIGN KEY(sample_id) REFERENCES samples (id),
    CONSTRAINT fk_assessments_assessor_id FOREIGN KEY(assessor_id) REFERENCES assessors (id),
    CONSTRAINT fk_assessments_prediction_id FOREIGN KEY(prediction_id) REFERENCES predictions (id),
    CONSTRAINT uq_assessments_sample_id UNIQUE (sample_id),
    CONSTRAINT ck_assessments_revision CHECK (revision >= 0),
    CONSTRAINT ck_assessments_doubt CHECK (doubt >= 0),
    CONSTRAINT ck_assessments_signals_length CHECK (length(signals) > 0 AND length(signals) % 4 = 0),
    CONSTRAINT ck_assessments_spread_length CHECK (length(spread) > 0 AND length(spread) % 2 = 0)
);

CREATE TABLE findings (
    id INTEGER NOT NULL,
    sample_id INTEGER NOT NULL,
    of_mesh VARCHAR(10) NOT NULL,
    name TEXT NOT NULL,
    severity INTEGER NOT NULL,
    sentence TEXT NOT NULL,
    vertices BLOB,
    CONSTRAINT pk_findings PRIMARY KEY (id),
    CONSTRAINT fk_findings_sample_id FOREIGN KEY(sample_id) REFERENCES samples (id),
    CONSTRAINT ck_findings_of_mesh CHECK (of_mesh IN ('prediction', 'annotation')),
    CONSTRAINT ck_findings_severity CHECK (severity BETWEEN 1 AND 3)
);

CREATE INDEX ix_findings_sample_id ON findings (sample_id);

CREATE TABLE "reviews" (
    id INTEGER NOT NULL,
    sample_id INTEGER NOT NULL,
    verdict VARCHAR(9) NOT NULL,
    reviewer TEXT NOT NULL,
    reasons TEXT NOT NULL,
    comment TEXT NOT NULL,
    created_at DATETIME NOT NULL,
    revision INTEGER NOT NULL,
    CONSTRAINT pk_reviews PRIMARY KEY (id),
    CONSTRAINT fk_reviews_sample_id FOREIGN KEY(sample_id) REFERENCES samples (id),
    CONSTRAINT ck_reviews_send_back_has_reasons CHECK (verdict <> 'send_back' OR reasons <> ''),
    CONSTRAINT ck_reviews_verdict CHECK (verdict IN ('submit', 'accept', 'send_back', 'exclude', 'delete', 'reopen'))
);

CREATE INDEX ix_reviews_sample_id ON reviews (sample_id);

CREATE TRIGGER reviews_refuse_update BEFORE UPDATE ON reviews BEGIN SELECT RAISE(ABORT, 'reviews never change'); END;

CREATE TRIGGER reviews_refuse_replace BEFORE INSERT ON reviews WHEN EXISTS (SELECT 1 FROM reviews WHERE id = NEW.id) BEGIN SELECT RAISE(ABORT, 'reviews never change'); END;

CREATE TABLE settings (
    name TEXT NOT NULL,
    value TEXT NOT NULL,
    changed_by TEXT NOT NULL,
    changed_at DATETIME NOT NULL,
    CONSTRAINT pk_settings PRIMARY KEY (name)
);

CREATE TABLE revisions (
    sample_id INTEGER NOT NULL,
    revision INTEGER NOT NULL,
    change VARCHAR(6) NOT NULL,
    stroke_id INTEGER,
    prediction_id INTEGER,
    made_by TEXT,
    made_at DATETIME NOT NULL,
    CONSTRAINT pk_revisions PRIMARY KEY (sample_id, revision),
    CONSTRAINT fk_revisions_sample_id FOREIGN KEY(sample_id) REFERENCES samples (id),
    CONSTRAINT ck_revisions_revision CHECK (revision > 0),
    CONSTRAINT ck_revisions_stroke CHECK ((stroke_id IS NULL) = (change = 'follow')),
    CONSTRAINT ck_revisions_prediction CHECK ((prediction_id IS NULL) = (change <> 'follow')),
    CONSTRAINT ck_revisions_change CHECK (change IN ('stroke', 'undo', 'redo', 'follow'))
);

CREATE TABLE dropped_strokes (
    id INTEGER NOT NULL,
    sample_id INTEGER NOT NULL,
    sequence INTEGER NOT NULL,
    tool TEXT NOT NULL,
    annotator TEXT,
    created_at DATETIME NOT NULL,
    vertex_indices BLOB NOT NULL,
    "before" BLOB NOT NULL,
    "after" BLOB NOT NULL,
    marks_before BLOB,
    marks_after BLOB,
    anchors_added BLOB,
    anchors_removed BLOB,
    digest BLOB,
    anchors_digest BLOB,
    CONSTRAINT pk_dropped_strokes PRIMARY KEY (id),
    CONSTRAINT fk_dropped_strokes_sample_id FOREIGN KEY(sample_id) REFERENCES samples (id)
);

CREATE INDEX ix_dropped_strokes_sample_id ON dropped_strokes (sample_id);

CREATE TABLE remarks (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    sample_id INTEGER NOT NULL,
    review_id INTEGER,
    author TEXT NOT NULL,
    text TEXT NOT NULL,
    vertices BLOB,
    region TEXT,
    created_at DATETIME NOT NULL,
    revision INTEGER NOT NULL,
    resolved_by TEXT,
    resolved_at DATETIME,
    CONSTRAINT fk_remarks_sample_id FOREIGN KEY(sample_id) REFERENCES samples (id),
    CONSTRAINT fk_remarks_review_id FOREIGN KEY(review_id) REFERENCES reviews (id),
    CONSTRAINT ck_remarks_resolved CHECK ((resolved_by IS NULL) = (resolved_at IS NULL)),
    CONSTRAINT ck_remarks_vertices CHECK (length(vertices) > 0 AND length(vertices) % 2 = 0)
);

CREATE INDEX ix_remarks_sample_id ON remarks (sample_id);

CREATE TRIGGER remarks_refuse_update BEFORE UPDATE OF sample_id, review_id, author, text, vertices, region, created_at, revision ON remarks WHEN TRUE BEGIN SELECT RAISE(ABORT, 'remarks never change but to be resolved'); END;

CREATE TRIGGER remarks_count_insert AFTER INSERT ON remarks BEGIN DELETE FROM sample_changes WHERE sample_id = NEW.sample_id; INSERT INTO sample_changes (sample_id) VALUES (NEW.sample_id); END;

CREATE TRIGGER remarks_count_update AFTER UPDATE ON remarks BEGIN DELETE FROM sample_changes WHERE sample_id = NEW.sample_id; INSERT INTO sample_changes (sample_id) VALUES (NEW.sample_id); END;

CREATE TABLE audit (
    number INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    at DATETIME NOT NULL,
    who TEXT,
    what TEXT NOT NULL,
    sample_id INTEGER,
    image_id INTEGER,
    detail TEXT NOT NULL
);

CREATE TRIGGER audit_refuse_update BEFORE UPDATE ON audit WHEN TRUE BEGIN SELECT RAISE(ABORT, 'the audit log never changes'); END;

CREATE TRIGGER audit_refuse_delete BEFORE DELETE ON audit WHEN TRUE BEGIN SELECT RAISE(ABORT, 'the audit log never changes'); END;

CREATE TRIGGER audit_refuse_replace BEFORE INSERT ON audit WHEN EXISTS (SELECT 1 FROM audit WHERE number = NEW.number) BEGIN SELECT RAISE(ABORT, 'the audit log never changes'); END;

CREATE TABLE draws (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    drawn_by TEXT NOT NULL,
    drawn_at DATETIME NOT NULL,
    population INTEGER NOT NULL,
    confidence FLOAT NOT NULL,
    CONSTRAINT ck_draws_population CHECK (population > 0),
    CONSTRAINT ck_draws_confidence CHECK (confidence > 0 AND confidence < 1)
);

CREATE TABLE drawn_samples (
    draw_id INTEGER NOT NULL,
    sample_id INTEGER NOT NULL,
    review_id INTEGER NOT NULL,
    CONSTRAINT pk_drawn_samples PRIMARY KEY (draw_id, sample_id),
    CONSTRAINT fk_drawn_samples_draw_id FOREIGN KEY(draw_id) REFERENCES draws (id),
    CONSTRAINT fk_drawn_samples_sample_id FOREIGN KEY(sample_id) REFERENCES samples (id)
);

CREATE INDEX ix_drawn_samples_sample_id ON drawn_samples (sample_id);

CREATE TABLE "samples" (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    image_id INTEGER NOT NULL,
    face_index INTEGER NOT NULL,
    state VARCHAR(11) NOT NULL,
    presence FLOAT NOT NULL,
    stroke_count INTEGER NOT NULL,
    box_left FLOAT NOT NULL,
    box_top FLOAT NOT NULL,
    box_width FLOAT NOT NULL,
    box_height FLOAT NOT NULL,
    annotator TEXT,
    reviewer TEXT,
    created_at DATETIME NOT NULL,
    updated_at DATETIME NOT NULL,
    displacement FLOAT DEFAULT 0 NOT NULL,
    seconds_spent FLOAT DEFAULT 0 NOT NULL,
    added_by TEXT,
    seconds_reviewed FLOAT DEFAULT 0 NOT NULL,
    round_change FLOAT,
    copy_of INTEGER,
    assigned_to TEXT, track_id INTEGER CONSTRAINT fk_samples_track_id REFERENCES tracks (id),
    CONSTRAINT fk_samples_image_id FOREIGN KEY(image_id) REFERENCES images (id),
    CONSTRAINT fk_samples_copy_of FOREIGN KEY(copy_of) REFERENCES samples (id),
    CONSTRAINT ck_samples_face_index CHECK (face_index >= 0),
    CONSTRAINT ck_samples_stroke_count CHECK (stroke_count >= 0),
    CONSTRAINT ck_samples_displacement CHECK (displacement >= 0),
    CONSTRAINT ck_samples_seconds_spent CHECK (seconds_spent >= 0),
    CONSTRAINT ck_samples_seconds_reviewed CHECK (seconds_reviewed >= 0),
    CONSTRAINT ck_samples_round_change CHECK (round_change >= 0),
    CONSTRAINT ck_samples_opinion CHECK ((copy_of IS NULL) = (assigned_to IS NULL)),
    CONSTRAINT ck_samples_state CHECK (state IN ('predicted', 'in_progress', 'submitted', 'accepted', 'sent_back', 'excluded', 'deleted'))
);

CREATE INDEX ix_samples_state ON samples (state);

CREATE INDEX ix_samples_copy_of ON samples (copy_of);

CREATE UNIQUE INDEX uq_samples_face ON samples (image_id, face_index, coalesce(assigned_to, ''));

CREATE TRIGGER samples_count_insert AFTER INSERT ON samples BEGIN DELETE FROM sample_changes WHERE sample_id = NEW.id; INSERT INTO sample_changes (sample_id) VALUES (NEW.id); END;

CREATE TRIGGER samples_count_update AFTER UPDATE ON samples BEGIN DELETE FROM sample_changes WHERE sample_id = NEW.id; INSERT INTO sample_changes (sample_id) VALUES (NEW.id); END;

CREATE TRIGGER images_count_update AFTER UPDATE OF path, removed_at ON images WHEN NEW.path IS NOT OLD.path OR NEW.removed_at IS NOT OLD.removed_at BEGIN DELETE FROM sample_changes WHERE sample_id IN (SELECT id FROM samples WHERE image_id = NEW.id); INSERT INTO sample_changes (sample_id) SELECT id FROM samples WHERE image_id = NEW.id; END;

CREATE TRIGGER predictions_refuse_delete BEFORE DELETE ON predictions WHEN NOT EXISTS (SELECT 1 FROM samples JOIN images ON images.id = samples.image_id WHERE samples.id = OLD.sample_id AND images.removed_at IS NOT NULL) BEGIN SELECT RAISE(ABORT, 'predictions never change'); END;

CREATE TRIGGER reviews_refuse_delete BEFORE DELETE ON reviews WHEN NOT EXISTS (SELECT 1 FROM samples JOIN images ON images.id = samples.image_id WHERE samples.id = OLD.sample_id AND images.removed_at IS NOT NULL) BEGIN SELECT RAISE(ABORT, 'reviews never change'); END;

CREATE TRIGGER remarks_refuse_delete BEFORE DELETE ON remarks WHEN NOT EXISTS (SELECT 1 FROM samples JOIN images ON images.id = samples.image_id WHERE samples.id = OLD.sample_id AND images.removed_at IS NOT NULL) BEGIN SELECT RAISE(ABORT, 'remarks never change but to be resolved'); END;

CREATE TABLE honeypots (
    sample_id INTEGER NOT NULL,
    created_at DATETIME NOT NULL,
    answer BLOB NOT NULL,
    digest BLOB NOT NULL,
    CONSTRAINT pk_honeypots PRIMARY KEY (sample_id),
    CONSTRAINT fk_honeypots_sample_id FOREIGN KEY(sample_id) REFERENCES samples (id),
    CONSTRAINT ck_honeypots_answer_length CHECK (length(answer) > 0 AND length(answer) % 12 = 0),
    CONSTRAINT ck_honeypots_digest_length CHECK (length(digest) = 8)
);

CREATE TABLE clips (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    path TEXT NOT NULL,
    sha256 TEXT NOT NULL,
    width INTEGER NOT NULL,
    height INTEGER NOT NULL,
    frame_count INTEGER NOT NULL,
    duration FLOAT NOT NULL,
    is_folder BOOLEAN NOT NULL,
    file_size BIGINT,
    modified_ns BIGINT,
    note TEXT NOT NULL,
    added_at DATETIME NOT NULL,
    removed_at DATETIME,
    times BLOB NOT NULL,
    files BLOB,
    CONSTRAINT uq_clips_sha256 UNIQUE (sha256),
    CONSTRAINT ck_clips_sha256_length CHECK (length(sha256) = 64),
    CONSTRAINT ck_clips_size CHECK (width > 0 AND height > 0),
    CONSTRAINT ck_clips_times_length CHECK (length(times) = 8 * frame_count AND frame_count > 0),
    CONSTRAINT ck_clips_files CHECK (is_folder = (files IS NOT NULL))
);

CREATE INDEX ix_clips_path ON clips (path);

CREATE TABLE trackings (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    clip_id INTEGER NOT NULL,
    model_id INTEGER NOT NULL,
    frames_done INTEGER NOT NULL,
    started_at DATETIME NOT NULL,
    updated_at DATETIME NOT NULL,
    CONSTRAINT uq_trackings_clip_id UNIQUE (clip_id, model_id),
    CONSTRAINT fk_trackings_clip_id FOREIGN KEY(clip_id) REFERENCES clips (id),
    CONSTRAINT fk_trackings_model_id FOREIGN KEY(model_id) REFERENCES models (id),
    CONSTRAINT ck_trackings_frames_done CHECK (frames_done >= 0)
);

CREATE TABLE tracks (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    clip_id INTEGER NOT NULL,
    model_id INTEGER NOT NULL,
    number INTEGER NOT NULL,
    identity INTEGER,
    first_frame INTEGER NOT NULL,
    last_frame INTEGER NOT NULL,
    frame_count INTEGER NOT NULL,
    created_at DATETIME NOT NULL,
    CONSTRAINT uq_tracks_clip_id UNIQUE (clip_id, model_id, number),
    CONSTRAINT fk_tracks_clip_id FOREIGN KEY(clip_id) REFERENCES clips (id),
    CONSTRAINT fk_tracks_model_id FOREIGN KEY(model_id) REFERENCES models (id),
    CONSTRAINT ck_tracks_number CHECK (number > 0),
    CONSTRAINT ck_tracks_frames CHECK (0 <= first_frame AND first_frame <= last_frame AND frame_count BETWEEN 1 AND last_frame - first_frame + 1)
);

CREATE TABLE track_chunks (
    track_id INTEGER NOT NULL,
    first_frame INTEGER NOT NULL,
    last_frame INTEGER NOT NULL,
    frames BLOB NOT NULL,
    presence BLOB NOT NULL,
    doubt BLOB NOT NULL,
    digest BLOB NOT NULL,
    meshes BLOB NOT NULL,
    CONSTRAINT pk_track_chunks PRIMARY KEY (track_id, first_frame),
    CONSTRAINT fk_track_chunks_track_id FOREIGN KEY(track_id) REFERENCES tracks (id),
    CONSTRAINT ck_track_chunks_frames CHECK (0 <= first_frame AND first_frame <= last_frame),
    CONSTRAINT ck_track_chunks_lengths CHECK (length(frames) > 0 AND length(presence) = 2 * length(frames) AND length(doubt) = 2 * length(frames)),
    CONSTRAINT ck_track_chunks_digest_length CHECK (length(digest) = 8)
);

CREATE UNIQUE INDEX uq_images_clip ON images (clip_id, clip_frame) WHERE clip_id IS NOT NULL;

CREATE INDEX ix_samples_track_id ON samples (track_id) WHERE track_id IS NOT NULL;

CREATE TABLE facts (
    id INTEGER NOT NULL,
    image_id INTEGER,
    clip_id INTEGER,
    subject TEXT,
    group_name TEXT,
    licence TEXT,
    consent VARCHAR(7),
    source TEXT,
    revoked_at DATETIME,
    revoked_by TEXT,
    revoked_why TEXT,
    CONSTRAINT pk_facts PRIMARY KEY (id),
    CONSTRAINT uq_facts_image_id UNIQUE (image_id),
    CONSTRAINT uq_facts_clip_id UNIQUE (clip_id),
    CONSTRAINT fk_facts_image_id FOREIGN KEY(image_id) REFERENCES images (id),
    CONSTRAINT fk_facts_clip_id FOREIGN KEY(clip_id) REFERENCES clips (id),
    CONSTRAINT ck_facts_one CHECK ((image_id IS NULL) <> (clip_id IS NULL)),
    CONSTRAINT ck_facts_revoked CHECK ((revoked_at IS NULL) = (revoked_by IS NULL) AND (revoked_at IS NULL) = (revoked_why IS NULL)),
    CONSTRAINT ck_facts_consent CHECK (consent IN ('given', 'refused'))
);

CREATE TRIGGER facts_count_insert AFTER INSERT ON facts WHEN (NEW.revoked_at IS NOT NULL OR coalesce(NEW.consent, '') = 'refused') BEGIN DELETE FROM sample_changes WHERE sample_id IN (SELECT id FROM samples WHERE image_id IN (SELECT NEW.image_id UNION ALL SELECT id FROM images WHERE clip_id = NEW.clip_id)); INSERT INTO sample_changes (sample_id) SELECT id FROM samples WHERE id IN (SELECT id FROM samples WHERE image_id IN (SELECT NEW.image_id UNION ALL SELECT id FROM images WHERE clip_id = NEW.clip_id)); END;

CREATE TRIGGER facts_count_update AFTER UPDATE ON facts WHEN (NEW.revoked_at IS NOT NULL OR coalesce(NEW.consent, '') = 'refused') IS NOT (OLD.revoked_at IS NOT NULL OR coalesce(OLD.consent, '') = 'refused') BEGIN DELETE FROM sample_changes WHERE sample_id IN (SELECT id FROM samples WHERE image_id IN (SELECT NEW.image_id UNION ALL SELECT id FROM images WHERE clip_id = NEW.clip_id)); INSERT INTO sample_changes (sample_id) SELECT id FROM samples WHERE id IN (SELECT id FROM samples WHERE image_id IN (SELECT NEW.image_id UNION ALL SELECT id FROM images WHERE clip_id = NEW.clip_id)); END;

CREATE TABLE refused_pictures (
    id INTEGER NOT NULL,
    sha256 TEXT NOT NULL,
    coded_sha256 TEXT,
    frame INTEGER,
    consent VARCHAR(7),
    revoked_at DATETIME,
    revoked_by TEXT,
    revoked_why TEXT,
    CONSTRAINT pk_refused_pictures PRIMARY KEY (id),
    CONSTRAINT ck_refused_pictures_sha256_length CHECK (length(sha256) = 64),
    CONSTRAINT ck_refused_pictures_coded_sha256_length CHECK (length(coded_sha256) = 64),
    CONSTRAINT ck_refused_pictures_frame CHECK (frame >= 0),
    CONSTRAINT ck_refused_pictures_revoked CHECK ((revoked_at IS NULL) = (revoked_by IS NULL) AND (revoked_at IS NULL) = (revoked_why IS NULL)),
    CONSTRAINT ck_refused_pictures_consent CHECK (consent IN ('given', 'refused'))
);

CREATE INDEX ix_refused_pictures_sha256 ON refused_pictures (sha256);

CREATE INDEX ix_refused_pictures_coded_sha256 ON refused_pictures (coded_sha256);

CREATE TABLE splits (
    image_id INTEGER NOT NULL,
    split VARCHAR(10) NOT NULL,
    is_fixed BOOLEAN NOT NULL,
    cluster TEXT NOT NULL,
    decided_at DATETIME NOT NULL,
    decided_by TEXT NOT NULL,
    CONSTRAINT pk_splits PRIMARY KEY (image_id),
    CONSTRAINT fk_splits_image_id FOREIGN KEY(image_id) REFERENCES images (id),
    CONSTRAINT ck_splits_split CHECK (split IN ('train', 'validation', 'test'))
);

CREATE TABLE releases (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL,
    version TEXT NOT NULL,
    folder TEXT NOT NULL,
    content_sha256 TEXT NOT NULL,
    format TEXT NOT NULL,
    images INTEGER NOT NULL,
    samples INTEGER NOT NULL,
    made_at DATETIME NOT NULL,
    made_by TEXT NOT NULL,
    withdrawn_at DATETIME,
    withdrawn_by TEXT,
    withdrawn_why TEXT,
    CONSTRAINT uq_releases_name UNIQUE (name, version),
    CONSTRAINT ck_releases_content_sha256_length CHECK (length(content_sha256) = 64),
    CONSTRAINT ck_releases_counts CHECK (images >= 0 AND samples >= 0),
    CONSTRAINT ck_releases_withdrawn CHECK ((withdrawn_at IS NULL) = (withdrawn_by IS NULL) AND (withdrawn_at IS NULL) = (withdrawn_why IS NULL))
);

CREATE TABLE release_entries (
    release_id INTEGER NOT NULL,
    sample_id INTEGER NOT NULL,
    image_id INTEGER NOT NULL,
    split VARCHAR(10),
    landmarks BLOB NOT NULL,
    CONSTRAINT pk_release_entries PRIMARY KEY (release_id, sample_id),
    CONSTRAINT fk_release_entries_release_id FOREIGN KEY(release_id) REFERENCES releases (id),
    CONSTRAINT ck_release_entries_landmarks_length CHECK (length(landmarks) = 8),
    CONSTRAINT ck_release_entries_split CHECK (split IN ('train', 'validation', 'test'))
);

CREATE INDEX ix_release_entries_image_id ON release_entries (image_id);

CREATE TABLE released_images (
    image_id INTEGER NOT NULL,
    sha256 TEXT NOT NULL,
    frame INTEGER,
    CONSTRAINT pk_released_images PRIMARY KEY (image_id, sha256),
    CONSTRAINT ck_released_images_sha256_length CHECK (length(sha256) = 64),
    CONSTRAINT ck_released_images_frame CHECK (frame >= 0)
);

CREATE INDEX ix_released_images_sha256 ON released_images (sha256);

CREATE TRIGGER releases_refuse_update BEFORE UPDATE OF id, name, version, folder, content_sha256, format, images, samples, made_at, made_by ON releases WHEN TRUE BEGIN SELECT RAISE(ABORT, 'releases never change but to be withdrawn'); END;

CREATE TRIGGER releases_refuse_return BEFORE UPDATE ON releases WHEN OLD.withdrawn_at IS NOT NULL BEGIN SELECT RAISE(ABORT, 'releases never change but to be withdrawn'); END;

CREATE TRIGGER releases_refuse_replace BEFORE INSERT ON releases WHEN EXISTS (SELECT 1 FROM releases WHERE id = NEW.id OR (name = NEW.name AND version = NEW.version)) BEGIN SELECT RAISE(ABORT, 'releases never change but to be withdrawn'); END;

CREATE TRIGGER release_entries_refuse_replace BEFORE INSERT ON release_entries WHEN EXISTS (SELECT 1 FROM release_entries WHERE release_id = NEW.release_id AND sample_id = NEW.sample_id) BEGIN SELECT RAISE(ABORT, 'releases never change but to be withdrawn'); END;

CREATE TRIGGER released_images_refuse_replace BEFORE INSERT ON released_images WHEN EXISTS (SELECT 1 FROM released_images WHERE image_id = NEW.image_id AND sha256 = NEW.sha256) BEGIN SELECT RAISE(ABORT, 'releases never change but to be withdrawn'); END;

CREATE TRIGGER releases_refuse_delete BEFORE DELETE ON releases WHEN TRUE BEGIN SELECT RAISE(ABORT, 'releases never change but to be withdrawn'); END;

CREATE TRIGGER release_entries_refuse_update BEFORE UPDATE ON release_entries WHEN TRUE BEGIN SELECT RAISE(ABORT, 'releases never change but to be withdrawn'); END;

CREATE TRIGGER release_entries_refuse_delete BEFORE DELETE ON release_entries WHEN TRUE BEGIN SELECT RAISE(ABORT, 'releases never change but to be withdrawn'); END;

CREATE TRIGGER released_images_refuse_update BEFORE UPDATE ON released_images WHEN TRUE BEGIN SELECT RAISE(ABORT, 'releases never change but to be withdrawn'); END;

CREATE TRIGGER released_images_refuse_delete BEFORE DELETE ON released_images WHEN TRUE BEGIN SELECT RAISE(ABORT, 'releases never change but to be withdrawn'); END;

CREATE TRIGGER splits_refuse_update BEFORE UPDATE OF image_id, split ON splits WHEN (NEW.split IS NOT OLD.split OR NEW.image_id IS NOT OLD.image_id) AND EXISTS (SELECT 1 FROM release_entries WHERE image_id = OLD.image_id AND split IS NOT NULL) BEGIN SELECT RAISE(ABORT, 'an image of a release never changes sides'); END;

CREATE TRIGGER splits_refuse_delete BEFORE DELETE ON splits WHEN EXISTS (SELECT 1 FROM release_entries WHERE image_id = OLD.image_id AND split IS NOT NULL) AND EXISTS (SELECT 1 FROM images WHERE id = OLD.image_id AND removed_at IS NULL) BEGIN SELECT RAISE(ABORT, 'an image of a release never changes sides'); END;

CREATE TRIGGER splits_refuse_replace BEFORE INSERT ON splits WHEN EXISTS (SELECT 1 FROM splits WHERE image_id = NEW.image_id) BEGIN SELECT RAISE(ABORT, 'an image of a release never changes sides'); END;

CREATE TABLE guides (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    sample_id INTEGER NOT NULL,
    scheme TEXT NOT NULL,
    origin TEXT NOT NULL,
    added_at DATETIME NOT NULL,
    added_by TEXT NOT NULL,
    points BLOB NOT NULL,
    visibility BLOB,
    digest BLOB NOT NULL,
    CONSTRAINT fk_guides_sample_id FOREIGN KEY(sample_id) REFERENCES samples (id),
    CONSTRAINT ck_guides_points_length CHECK (length(points) > 0 AND length(points) % 12 = 0),
    CONSTRAINT ck_guides_visibility_length CHECK (12 * length(visibility) = length(points)),
    CONSTRAINT ck_guides_digest_length CHECK (length(digest) = 8)
);

CREATE INDEX ix_guides_sample_id ON guides (sample_id);

CREATE TRIGGER guides_refuse_update BEFORE UPDATE ON guides WHEN TRUE BEGIN SELECT RAISE(ABORT, 'guides never change'); END;

CREATE TRIGGER guides_refuse_replace BEFORE INSERT ON guides WHEN EXISTS (SELECT 1 FROM guides WHERE id = NEW.id) BEGIN SELECT RAISE(ABORT, 'guides never change'); END;

CREATE TRIGGER guides_count_insert AFTER INSERT ON guides BEGIN DELETE FROM sample_changes WHERE sample_id = NEW.sample_id; INSERT INTO sample_changes (sample_id) VALUES (NEW.sample_id); END;

CREATE TRIGGER guides_count_delete AFTER DELETE ON guides BEGIN DELETE FROM sample_changes WHERE sample_id = OLD.sample_id; INSERT INTO sample_changes (sample_id) VALUES (OLD.sample_id); END;

CREATE TABLE secrets (
    id INTEGER NOT NULL,
    secret BLOB NOT NULL,
    made_at DATETIME NOT NULL,
    CONSTRAINT pk_secrets PRIMARY KEY (id),
    CONSTRAINT ck_secrets_one CHECK (id = 1),
    CONSTRAINT ck_secrets_secret_length CHECK (length(secret) = 32)
);

CREATE TRIGGER secrets_refuse_update BEFORE UPDATE ON secrets WHEN TRUE BEGIN SELECT RAISE(ABORT, 'the secret never changes'); END;

CREATE TRIGGER secrets_refuse_delete BEFORE DELETE ON secrets WHEN TRUE BEGIN SELECT RAISE(ABORT, 'the secret never changes'); END;

CREATE TRIGGER secrets_refuse_replace BEFORE INSERT ON secrets WHEN EXISTS (SELECT 1 FROM secrets) BEGIN SELECT RAISE(ABORT, 'the secret never changes'); END;

CREATE TRIGGER images_stay_refused AFTER INSERT ON images WHEN EXISTS (SELECT 1 FROM refused_pictures WHERE (sha256 = NEW.sha256 OR coded_sha256 = NEW.coded_sha256) AND (frame IS NULL OR frame IS NEW.frame)) BEGIN INSERT INTO facts (image_id, consent, revoked_at, revoked_by, revoked_why) SELECT NEW.id, consent, revoked_at, revoked_by, revoked_why FROM refused_pictures WHERE (sha256 = NEW.sha256 OR coded_sha256 = NEW.coded_sha256) AND (frame IS NULL OR frame IS NEW.frame) ORDER BY id DESC LIMIT 1; END;

CREATE TRIGGER clips_stay_refused AFTER INSERT ON clips WHEN EXISTS (SELECT 1 FROM refused_pictures WHERE sha256 = NEW.sha256 AND frame IS NULL) BEGIN INSERT INTO facts (clip_id, consent, revoked_at, revoked_by, revoked_why) SELECT NEW.id, consent, revoked_at, revoked_by, revoked_why FROM refused_pictures WHERE sha256 = NEW.sha256 AND frame IS NULL ORDER BY id DESC LIMIT 1; END;

CREATE TRIGGER images_keep_sides AFTER INSERT ON images WHEN EXISTS (SELECT 1 FROM released_images JOIN release_entries ON release_entries.image_id = released_images.image_id JOIN releases ON releases.id = release_entries.release_id WHERE released_images.sha256 = NEW.sha256 AND released_images.frame IS NEW.frame AND release_entries.split IS NOT NULL) BEGIN INSERT INTO splits (image_id, split, is_fixed, cluster, decided_at, decided_by) SELECT NEW.id, release_entries.split, 0, '', releases.made_at, releases.made_by FROM released_images JOIN release_entries ON release_entries.image_id = released_images.image_id JOIN releases ON releases.id = release_entries.release_id WHERE released_images.sha256 = NEW.sha256 AND released_images.frame IS NEW.frame AND release_entries.split IS NOT NULL ORDER BY releases.id DESC LIMIT 1; END;
