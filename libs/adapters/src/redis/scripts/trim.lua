-- Notes how far the log holds what was committed, and drops outbox entries before that. KEYS: home pub pos dlq outbox.
-- ARGV: home, epoch, published seq, position, dead-letter seq, first seq to keep.
local refusal = fenced()
if refusal then return refusal end
redis.call('SET', KEYS[2], ARGV[2] .. ':' .. ARGV[3])
redis.call('SET', KEYS[3], ARGV[4])
redis.call('SET', KEYS[4], ARGV[5])
redis.call('XTRIM', KEYS[5], 'MINID', '~', ARGV[6])
return { 'OK' }
