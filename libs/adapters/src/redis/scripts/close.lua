-- Closes the partition if it is still the caller's. KEYS: home. ARGV: home.
local refusal = fenced()
if refusal then return refusal end
redis.call('DEL', KEYS[1])
return { 'OK' }
