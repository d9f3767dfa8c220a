"""voiceguide: stretch data in, a voice-guided audio session out.

The public Python API is :mod:`voiceguide.session`; the command line is :mod:`voiceguide.cli`.
This module imports nothing, so that `voiceguide --version` answers at once.
"""

__version__ = "0.1.0"
