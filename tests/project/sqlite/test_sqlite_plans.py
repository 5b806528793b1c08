"""How SQLite looks things up."""

import numpy as np
from sqlalchemy import event

from annotator.project.strokes import Stroke


def test_loading_anchors_reads_the_index_alone(predicted):
    nowhere = np.zeros((0, 3))
    stroke = Stroke("guided", [], nowhere, nowhere, anchors_added=(5,))
    predicted.annotations.record_stroke(1, stroke, revision=0, annotator="Ann")
    statements = []
    pool = predicted._engine._pool
    event.listen(pool, "before_cursor_execute", lambda *call: statements.append(call[2:4]))
    predicted.annotations.load(1)
    (query,) = [call for call in statements if call[0].startswith("SELECT strokes.anchors_added")]
    with pool.connect() as connection:
        plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {query[0]}", query[1]).fetchall()
    assert [row[-1].split(" (")[0] for row in plan] == [
        "SEARCH strokes USING COVERING INDEX ix_strokes_anchors"
    ]
