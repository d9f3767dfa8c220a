"""voiceguide: stretch data in, a voice-guided audio session out.

The public Python API is :mod:`voiceguide.session`; the command line is :mod:`voiceguide.cli`.
It imports next to nothing, so that `voiceguide --version` answers at once.
"""

from voiceguide.private import decline_telemetry

__version__ = "0.1.0"

decline_telemetry()
