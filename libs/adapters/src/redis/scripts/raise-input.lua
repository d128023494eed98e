-- Moves an input's position past records that its topic no longer has. KEYS: home in. ARGV: home, topic, offset.
local refusal = fenced()
if refusal then return refusal end
if tonumber(ARGV[3]) > tonumber(redis.call('HGET', KEYS[2], ARGV[2]) or '0') then redis.call('HSET', KEYS[2], ARGV[2], ARGV[3]) end
return { 'OK' }
