// Tells `./bbp contract test` what this process has: as the clients and pools have it, not as somebody wrote it down.

import { shardOf } from './shards.js'

const VERSION = 1

export function contractRoutes(app, { databases, cache, settings }) {
  app.get('/internal/contract', (request, response) => {
    const { primary, replicas, shards } = databases.connectionStats()
    response.json({
      contract: VERSION,
      client: { address: request.ip?.replace(/^::ffff:/, ''), protocol: request.protocol, host: request.host },
      requestId: request.id,
      trustedProxies: settings.trustedProxies,
      cdnUrl: settings.cdnUrl,
      connections: { primary, replicas, shards },
      pools: databases.timeouts(),
      cache: cache.options(),
      shards: settings.shardMap
    })
  })

  app.post('/internal/contract/shards', (request, response) => {
    const { count, clients } = request.body ?? {}
    if (!Number.isInteger(count) || count < 1 || !Array.isArray(clients)) {
      return response.status(400).json({ error: 'count is a positive whole number, clients a list of ids' })
    }
    response.json({ shards: clients.map((client) => shardOf(client, count)) })
  })
}
