-- Notes which start of a trimmed log a person agrees to; only for a partition that is not open on this server. The next opening uses it or voids it.
-- KEYS: home rebuild. ARGV: claim.
local home = redis.call('GET', KEYS[1])
if home and string.sub(home, 1, 7) ~= 'closed:' and string.find(home, identity(), 1, true) then return { 'OPEN' } end
redis.call('SET', KEYS[2], ARGV[1])
return { 'OK' }
