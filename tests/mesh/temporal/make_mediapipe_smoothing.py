"""Record what MediaPipe's LandmarksSmoothingCalculator makes of some moving meshes.

    pip install mediapipe==0.10.21 scipy
    PYTHONPATH=. python tests/mesh/temporal/make_mediapipe_smoothing.py

Writes data/mediapipe_smoothing.npz. Source: the wheel mediapipe 0.10.21 of PyPI, licence
Apache-2.0; the meshes are made by the formulas of moving.py, no photograph of anybody is in them.
"""

from pathlib import Path

import numpy as np
from mediapipe.framework.formats import landmark_pb2
from mediapipe.python import packet_creator, packet_getter
from mediapipe.python._framework_bindings import calculator_graph

from tests.mesh.temporal.moving import MOTIONS

EVERY = 26  # vertices; more would say the same
# What its face landmarker sets.
GRAPH = """
input_stream: "landmarks"
output_stream: "filtered"
node {
  calculator: "LandmarksSmoothingCalculator"
  input_stream: "LANDMARKS:landmarks"
  output_stream: "FILTERED_LANDMARKS:filtered"
  options: {
    [mediapipe.LandmarksSmoothingCalculatorOptions.ext] {
      one_euro_filter { min_cutoff: 0.05 beta: 80.0 derivate_cutoff: 1.0 }
    }
  }
}
"""


def filtered(microseconds: np.ndarray, meshes: np.ndarray) -> np.ndarray:
    """Return the meshes as the calculator gives them back, (k, n, 3) float32."""
    graph = calculator_graph.CalculatorGraph(graph_config=GRAPH)
    answers = []
    graph.observe_output_stream(
        "filtered", lambda _, packet: answers.append(packet_getter.get_proto(packet))
    )
    graph.start_run()
    for time, mesh in zip(microseconds.tolist(), meshes.tolist(), strict=True):
        landmarks = landmark_pb2.LandmarkList()
        for x, y, z in mesh:
            landmarks.landmark.add(x=x, y=y, z=z)
        packet = packet_creator.create_proto(landmarks).at(time)
        graph.add_packet_to_input_stream("landmarks", packet)
    graph.close_all_packet_sources()
    graph.wait_until_done()
    return np.array([[(p.x, p.y, p.z) for p in answer.landmark] for answer in answers], np.float32)


if __name__ == "__main__":
    recorded = {
        name: filtered(motion.microseconds, motion.meshes)[:, ::EVERY]
        for name, motion in MOTIONS.items()
    }
    np.savez_compressed(Path(__file__).parent / "data" / "mediapipe_smoothing.npz", **recorded)
