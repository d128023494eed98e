-- Entries with events after a sequence number. KEYS: home seq outbox. ARGV: home, after, most entries.
local refusal = fenced()
if refusal then return refusal end
local seq = redis.call('GET', KEYS[2]) or '0'
return { 'OK', seq, redis.call('XRANGE', KEYS[3], '(' .. ARGV[2] .. '-0', '+', 'COUNT', ARGV[3]) }
