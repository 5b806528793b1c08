"""Where the sample project lives that File > Open Sample opens."""

from pathlib import Path

from platformdirs import user_data_path


def sample_project_folder() -> Path:
    """Return the folder of this user's sample project, whether it exists or not."""
    return user_data_path("facemesh-annotator", appauthor=False) / "sample-project"
