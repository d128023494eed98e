-- Puts an account in the place of all that there is of it. KEYS: home v, the account's record and all its overflow records, then one key for each
-- record to set. ARGV: home, account, version ('' for none), how many records to delete, then a value for each record to set.
local refusal = fenced()
if refusal then return refusal end
local deleted = tonumber(ARGV[4])
redis.call('UNLINK', unpack(KEYS, 3, 2 + deleted))
for i = 3 + deleted, #KEYS do redis.call('SET', KEYS[i], ARGV[i + 2 - deleted]) end
if ARGV[3] == '' then redis.call('HDEL', KEYS[2], ARGV[2]) else redis.call('HSET', KEYS[2], ARGV[2], ARGV[3]) end
return { 'OK' }
