-- Notes damaged accounts and closes the partition. KEYS: home damaged. ARGV: home, then accounts.
local refusal = fenced()
if refusal then return refusal end
for i = 2, #ARGV do redis.call('SADD', KEYS[2], ARGV[i]) end
redis.call('DEL', KEYS[1])
return { 'OK' }
