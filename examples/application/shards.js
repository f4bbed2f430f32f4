// Which shard holds a client: the scaling guide's hash (Database Sharding).

export function shardHash(clientId) {
  let hash = 0
  for (let i = 0; i < clientId.length; i++) {
    hash = (hash << 5) - hash + clientId.charCodeAt(i)
    hash = hash & hash // a signed 32-bit integer
  }
  return Math.abs(hash)
}

export const shardOf = (clientId, count) => shardHash(clientId) % count
