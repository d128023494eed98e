-- Prefix of every script but `begin`. KEYS[1] is `home`, ARGV[1] the value that the caller believes it to have.
-- The run_id and master_replid inside it must be this very server's: a client that remembers them proves nothing, since it
-- reconnects silently to a server that restarted without its tail, or to another one after a failover.
local function identity()
  local info = redis.call('INFO', 'server', 'replication')
  return string.match(info, 'run_id:(%x+)') .. ':' .. string.match(info, 'master_replid:(%x+)')
end

-- nil when the caller still holds `home`; else the reply to give: FENCED, the present value, 1 if that value is of this server.
local function fenced()
  local home = redis.call('GET', KEYS[1])
  local here = identity()
  local of_this_server = home and string.find(home, here, 1, true) ~= nil
  if home == ARGV[1] and of_this_server then return nil end
  return { 'FENCED', home or '', of_this_server and 1 or 0 }
end

local function whole(number) return string.format('%.0f', number) end
