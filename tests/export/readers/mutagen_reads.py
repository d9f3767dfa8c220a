"""Print what mutagen reads of a file, as JSON. The mutagen to use has to come first on the path."""

from __future__ import annotations

import json
import sys

import mutagen

found = mutagen.File(sys.argv[1])
tags = found.tags
if hasattr(tags, "getall"):
    title = str(tags["TIT2"])
    marks = sorted(tags.getall("CHAP"), key=lambda mark: mark.start_time)
    chapters = [[mark.start_time / 1000, str(mark.sub_frames["TIT2"])] for mark in marks]
elif hasattr(found, "chapters"):
    title = tags["\xa9nam"][0]
    chapters = [[mark.start, mark.title] for mark in found.chapters or []]
else:
    comments = {name.lower(): text for name, text in tags}
    title = comments["title"]
    chapters = []
    for name in sorted(name for name in comments if name.startswith("chapter") and not name.endswith("name")):
        hours, minutes, seconds = comments[name].split(":")
        chapters.append([int(hours) * 3600 + int(minutes) * 60 + float(seconds), comments[f"{name}name"]])
read = {"version": mutagen.version_string, "title": title, "length": found.info.length, "chapters": chapters}
json.dump(read, sys.stdout)
