-- Makes a wiped partition one that stands where a trimmed log begins, and uses up the request for it.
-- KEYS: home epoch seq floor0 dlq rebuild v. ARGV: home, request, seq, epoch, floor.
local refusal = fenced()
if refusal then return refusal end
if redis.call('GET', KEYS[6]) ~= ARGV[2] then return { 'NOT_ASKED' } end
if redis.call('GET', KEYS[2]) ~= 'wipe' or redis.call('HLEN', KEYS[7]) > 0 then return { 'NOT_WIPED' } end
redis.call('SET', KEYS[3], ARGV[3])
if tonumber(ARGV[5]) > tonumber(redis.call('GET', KEYS[4]) or '0') then redis.call('SET', KEYS[4], ARGV[5]) end
if tonumber(ARGV[3]) > tonumber(redis.call('GET', KEYS[5]) or '0') then redis.call('SET', KEYS[5], ARGV[3]) end
redis.call('SET', KEYS[2], ARGV[4])
redis.call('DEL', KEYS[6])
return { 'OK' }
