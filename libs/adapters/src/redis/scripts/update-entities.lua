-- Writes one step of the entity updater whole, or nothing. What it compares are contents, not versions: whoever changed them back left what the caller
-- has read. It needs no `home`: what is in one partition's entity keys belongs together on whatever server it is found.
-- KEYS: a position for each source, then a record for each entity.
-- ARGV: sources (k), k times (position expected or '', next or '' to leave it), for each entity (length as loaded, first 8 bytes as loaded), then for each entity its record.
local sources = tonumber(ARGV[1])
local entities = #KEYS - sources
local moved = {}
for i = 1, sources do
  local found = redis.call('GET', KEYS[i]) or ''
  if found ~= ARGV[2 * i] then
    moved[#moved + 1] = i
    moved[#moved + 1] = found
  end
end
if #moved > 0 then return { 'MOVED', moved } end

local shapes = 1 + 2 * sources
local changed = {}
for i = 1, entities do
  local key = KEYS[sources + i]
  if redis.call('STRLEN', key) ~= tonumber(ARGV[shapes + 2 * i - 1]) or redis.call('GETRANGE', key, 0, 7) ~= ARGV[shapes + 2 * i] then
    changed[#changed + 1] = i
  end
end
if #changed > 0 then return { 'CHANGED', changed } end

local writes = {}
for i = 1, sources do
  if ARGV[2 * i + 1] ~= '' then
    writes[#writes + 1] = KEYS[i]
    writes[#writes + 1] = ARGV[2 * i + 1]
  end
end
for i = 1, entities do
  writes[#writes + 1] = KEYS[sources + i]
  writes[#writes + 1] = ARGV[shapes + 2 * entities + i]
end
redis.call('MSET', unpack(writes))
return { 'APPLIED' }
