// What node-id3 reads of an MP3, as JSON.
const tags = require("node-id3").read(process.argv[2]);
const chapters = (tags.chapter || []).map((chapter) => [chapter.startTimeMs / 1000, (chapter.tags || {}).title]);
const { title, artist } = tags;
const comment = (tags.comment || {}).text;
const lyrics = (tags.unsynchronisedLyrics || {}).text;
console.log(JSON.stringify({ title, artist, comment, chapters, lyrics }));
