-- Writes one batch whole, or nothing. All checks come before the first write; XADD is that first write, since it alone can be refused.
-- KEYS: home seq in outbox pub v, then one key for each record to set.
-- ARGV: home, topic ('' for HTTP), from, to, `in` as loaded ('' for none), outbox limit, events, encoded events, wake-up channel, partition,
--       accounts checked (k), accounts written (w <= k), k times (account, version as loaded or ''; the written ones first), then a value for each record key.
local refusal = fenced()
if refusal then return { 'CLOSED' } end
local topic, from, to, loaded = ARGV[2], tonumber(ARGV[3]), tonumber(ARGV[4]), ARGV[5]
local limit, events = tonumber(ARGV[6]), tonumber(ARGV[7])
local checked, written = tonumber(ARGV[11]), tonumber(ARGV[12])

if topic ~= '' then
  local position = redis.call('HGET', KEYS[3], topic) or ''
  if from > (tonumber(position) or 0) then return { 'GAP' } end
  if position ~= loaded then return { 'STALE' } end
end

if checked > 0 then
  local names = {}
  for i = 1, checked do names[i] = ARGV[11 + 2 * i] end
  local versions = redis.call('HMGET', KEYS[6], unpack(names))
  for i = 1, checked do
    if (versions[i] or '') ~= ARGV[12 + 2 * i] then return { 'CONFLICT' } end
  end
end

local seq = tonumber(redis.call('GET', KEYS[2]) or '0')
if events > 0 then
  local published = tonumber(string.match(redis.call('GET', KEYS[5]) or ':0', ':(%d+)$'))
  if seq + events - published > limit then return { 'FULL' } end
  seq = seq + events
  local last = whole(seq)
  redis.call('XADD', KEYS[4], last .. '-0', 'n', ARGV[7], 'b', ARGV[8])
  redis.call('SET', KEYS[2], last)
  if #KEYS > 6 then
    local records = {}
    local values = 12 + 2 * checked
    for i = 7, #KEYS do
      records[#records + 1] = KEYS[i]
      records[#records + 1] = ARGV[values + i - 6]
    end
    redis.call('MSET', unpack(records))
    local versions = {}
    for i = 1, written do
      versions[#versions + 1] = ARGV[11 + 2 * i]
      versions[#versions + 1] = last
    end
    redis.call('HSET', KEYS[6], unpack(versions))
  end
  redis.call('PUBLISH', ARGV[9], ARGV[10])
end
if topic ~= '' and to > (tonumber(loaded) or 0) then redis.call('HSET', KEYS[3], topic, ARGV[4]) end
return { 'COMMITTED', whole(seq) }
