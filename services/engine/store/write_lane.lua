-- Compares the lane's checkpoint and then sets it and the lane's keys, in one step.
-- KEYS: the checkpoint, then the keys to set, then the keys to delete.
-- ARGV: the checkpoint expected (empty: none), the new one, how many keys to set, their values.
local held = redis.call('GET', KEYS[1])
if (held or '') ~= ARGV[1] then
  return 0
end
local sets = tonumber(ARGV[3])
local CHUNK = 2000
local flat = {}
local n = 0
for i = 1, sets do
  flat[n + 1] = KEYS[i + 1]
  flat[n + 2] = ARGV[i + 3]
  n = n + 2
  if n == 2 * CHUNK then
    redis.call('MSET', unpack(flat, 1, n))
    n = 0
  end
end
if n > 0 then
  redis.call('MSET', unpack(flat, 1, n))
end
for i = sets + 2, #KEYS do
  redis.call('UNLINK', KEYS[i])
end
redis.call('SET', KEYS[1], ARGV[2])
return 1
