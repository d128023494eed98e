-- Writes replayed events (from, to] of the log. `epoch` makes an interrupted replay one that can be continued.
-- KEYS: home seq in epoch v, then one key for each record. ARGV: home, from, to, epoch, inputs (i), accounts (k), i times (topic, next),
--       k times (account, version), then a value for each record key.
local refusal = fenced()
if refusal then return refusal end
local seq = redis.call('GET', KEYS[2]) or '0'
if seq ~= ARGV[2] then return { 'OUT_OF_ORDER', seq } end
local inputs, accounts = tonumber(ARGV[5]), tonumber(ARGV[6])
local values = 6 + 2 * inputs + 2 * accounts
if #KEYS > 5 then
  local records = {}
  for i = 6, #KEYS do
    records[#records + 1] = KEYS[i]
    records[#records + 1] = ARGV[values + i - 5]
  end
  redis.call('MSET', unpack(records))
end
if accounts > 0 then
  local versions = {}
  for i = 1, 2 * accounts do versions[i] = ARGV[6 + 2 * inputs + i] end
  redis.call('HSET', KEYS[5], unpack(versions))
end
redis.call('SET', KEYS[2], ARGV[3])
for i = 1, inputs do
  local topic, offset = ARGV[5 + 2 * i], ARGV[6 + 2 * i]
  if tonumber(offset) > tonumber(redis.call('HGET', KEYS[3], topic) or '0') then redis.call('HSET', KEYS[3], topic, offset) end
end
redis.call('SET', KEYS[4], ARGV[4])
return { 'OK' }
