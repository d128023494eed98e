-- Deletes one page of a partition that is being opened. Idempotent: `v` names every account, and an account leaves it last.
-- KEYS: home epoch seq in outbox pub pos v. ARGV: home, cursor, page size, prefix of account records, prefix of overflow records, buckets.
local refusal = fenced()
if refusal then return refusal end
redis.call('SET', KEYS[2], 'wipe')
redis.call('DEL', KEYS[3], KEYS[4], KEYS[5], KEYS[6], KEYS[7])
local page = redis.call('HSCAN', KEYS[8], ARGV[2], 'COUNT', ARGV[3])
local fields = page[2]
for i = 1, #fields, 2 do
  local names = { ARGV[4] .. fields[i] }
  for bucket = 0, tonumber(ARGV[6]) - 1 do names[#names + 1] = ARGV[5] .. fields[i] .. ':' .. bucket end
  redis.call('UNLINK', unpack(names))
  redis.call('HDEL', KEYS[8], fields[i])
end
return { 'OK', page[1], redis.call('HLEN', KEYS[8]) }
