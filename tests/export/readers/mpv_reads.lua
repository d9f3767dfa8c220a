-- What mpv reads of a file, as a line of JSON: its title, its length and its chapters. With a file of subtitles it
-- plays on, and gives each of them as it is shown; else it ends.
local utils = require("mp.utils")

local function tell(value)
    local text = utils.format_json(value)
    print(text)
end

mp.register_event("file-loaded", function()
    local chapters = {}
    for _, chapter in ipairs(mp.get_property_native("chapter-list")) do
        table.insert(chapters, { chapter.time, chapter.title })
    end
    tell({
        title = mp.get_property("metadata/by-key/title"),
        length = mp.get_property_native("duration"),
        chapters = chapters,
    })
    if mp.get_property_native("current-tracks/sub") == nil then
        mp.command("quit")
    end
end)

mp.observe_property("sub-text", "string", function(_, text)
    if text and text ~= "" then
        tell({ shown = text })
    end
end)
