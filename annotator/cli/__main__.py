"""Run the command line as ``python -m annotator.cli``."""

import sys

from annotator.cli.app import main

sys.exit(main())
