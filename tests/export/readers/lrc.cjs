// What lrc-kit reads of an LRC file, as JSON.
const { Lrc } = require("lrc-kit");
const read = Lrc.parse(require("fs").readFileSync(process.argv[2], "utf8"));
console.log(JSON.stringify({ info: read.info, lines: read.lyrics.map((line) => [line.timestamp, line.content]) }));
