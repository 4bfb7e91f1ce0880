"""Files of readings, long or wide, read as bytes in blocks: fast, and no cell is ever repeated."""

from rami.information.meters.files.readings import Readings, read_files

__all__ = ["Readings", "read_files"]
