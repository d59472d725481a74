-- The tag on each HTML page, with the options of `hyperrun:` in _quarto.yml.

local OPTIONS = {
  "label", "position", "color", "theme", "width", "height", "layout", "search", "shortcut", "open", "lang",
  "questions", "page", "version", "selection", "button", "offset_x", "offset_y",
}

local function escaped(text)
  return (text:gsub("&", "&amp;"):gsub('"', "&quot;"):gsub("<", "&lt;"):gsub(">", "&gt;"))
end

--- An option as the tag has it: a list by `|`, a switch in words.
local function text_of(value)
  if type(value) == "boolean" then
    return value and "true" or "off"
  end
  if pandoc.utils.type(value) == "List" then
    local parts = {}
    for _, each in ipairs(value) do
      parts[#parts + 1] = pandoc.utils.stringify(each):gsub("|", "\\|")
    end
    return table.concat(parts, "|")
  end
  return pandoc.utils.stringify(value)
end

--- The address of the server beside `quarto preview`, which beside.py has started.
local function beside()
  local folder = os.getenv("QUARTO_PROJECT_DIR") or "."
  local file = io.open(folder .. "/.quarto/hyperrun", "r")
  if not file then
    return nil
  end
  local url = file:read("l")
  file:close()
  return url
end

function Pandoc(document)
  if not quarto.doc.is_format("html") then
    return nil
  end
  local options = document.meta.hyperrun
  if type(options) ~= "table" then
    options = {}
  end
  local server = beside() or (options.server and pandoc.utils.stringify(options.server)) or ""
  if server == "" then
    return nil
  end
  if not (server:match("^https?://[^%s/]") or server:match("^//[^%s/]") or server:match("^/[^/]") or server == "/") then
    io.stderr:write("hyperrun: server is no address: '" .. server .. "'; pages are built without Ask AI. "
      .. "One is https://chat.example.org\n")
    return nil
  end
  local tag = '<script async src="' .. escaped((server:gsub("/+$", ""))) .. '/embed"'
  for _, name in ipairs(OPTIONS) do
    if options[name] ~= nil then
      tag = tag .. " data-" .. name:gsub("_", "-") .. '="' .. escaped(text_of(options[name])) .. '"'
    end
  end
  quarto.doc.include_text("after-body", tag .. "></script>")
  return nil
end
