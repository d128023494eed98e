-- Closes the partition under a fresh nonce and tells where it stands. Not home-checked: whoever comes last holds it.
-- KEYS: home epoch seq in pub pos. ARGV: nonce.
local previous = redis.call('GET', KEYS[1])
local home = 'closed:' .. ARGV[1] .. ':' .. identity()
redis.call('SET', KEYS[1], home)
return {
  home, previous or '',
  redis.call('GET', KEYS[2]) or '', redis.call('GET', KEYS[3]) or '0',
  redis.call('HGETALL', KEYS[4]),
  redis.call('GET', KEYS[5]) or '', redis.call('GET', KEYS[6]) or '',
}
