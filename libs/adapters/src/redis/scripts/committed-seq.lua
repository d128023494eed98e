-- Up to which sequence number events were committed, for one who has just read the outbox. KEYS: home seq. ARGV: home.
local refusal = fenced()
if refusal then return refusal end
return { 'OK', redis.call('GET', KEYS[2]) or '0' }
