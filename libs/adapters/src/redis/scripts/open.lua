-- Opens the partition for commits. KEYS: home seq in epoch pub pos rebuild damaged.
-- ARGV: home, epoch, base, position, protocol version, then pairs (topic, low watermark).
local refusal = fenced()
if refusal then return refusal end
if tonumber(ARGV[3]) > tonumber(redis.call('GET', KEYS[2]) or '0') then redis.call('SET', KEYS[2], ARGV[3]) end
local raised = {}
for i = 6, #ARGV, 2 do
  local position = redis.call('HGET', KEYS[3], ARGV[i])
  if tonumber(ARGV[i + 1]) > tonumber(position or '0') then
    redis.call('HSET', KEYS[3], ARGV[i], ARGV[i + 1])
    raised[#raised + 1] = ARGV[i]
  end
end
redis.call('SET', KEYS[4], ARGV[2])
redis.call('SET', KEYS[5], ARGV[2] .. ':' .. ARGV[3])
redis.call('SET', KEYS[6], ARGV[4])
redis.call('DEL', KEYS[7], KEYS[8])
local home = identity() .. ':' .. ARGV[5] .. ':' .. ARGV[2]
redis.call('SET', KEYS[1], home)
return { 'OK', home, raised, redis.call('HGETALL', KEYS[3]) }
