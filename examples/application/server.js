// Puts the parts together and listens: pages and probes on PORT, the API on API_PORT.

import { once } from 'node:events'
import { createServer } from 'node:http'

import express from 'express'

import { apiRoutes } from './api.js'
import { Cache } from './cache.js'
import { configuration, ConfigurationError } from './configuration.js'
import { contractRoutes } from './contract.js'
import { Databases, isPassing } from './databases.js'
import { healthRoutes } from './health.js'
import { log } from './log.js'
import { Metrics } from './metrics.js'
import { pageRoutes } from './pages.js'
import { identified, logged } from './requests.js'
import { stopOn } from './shutdown.js'

// The gateway drops an idle connection after 4 s: this side must keep it longer, or a POST meets a closed one.
const KEEP_ALIVE_MS = 5000
const CONNECT_AGAIN_MS = 500

function settingsOrExit() {
  try {
    return configuration(process.env)
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error
    for (const problem of error.message.split('\n')) log.error({ message: 'configuration', problem })
    return process.exit(1)
  }
}

function application(routes) {
  const app = express()
  app.disable('x-powered-by')
  app.set('trust proxy', settings.trustedProxies)
  app.use(identified, logged)
  routes(app)
  app.use((_request, response) => response.status(404).json({ error: 'not found' }))
  app.use((error, request, response, _next) => {
    if (response.headersSent) return response.destroy()
    if (error.status >= 400 && error.status < 500) return response.status(error.status).json({ error: error.message })
    log.error({ message: 'request failed', request_id: request.id, error: error.message, code: error.code })
    if (!isPassing(error)) return response.status(500).json({ error: 'something is wrong on our side' })
    response.status(503).set('Retry-After', '1').json({ error: 'not at the moment: try again, with the same Idempotency-Key' })
  })
  return app
}

async function connected(databases, state) {
  while (!state.stopping) {
    try {
      return await databases.connect()
    } catch (error) {
      log.warn({ message: 'the primary does not answer', error: error.message })
      await new Promise((resolve) => setTimeout(resolve, CONNECT_AGAIN_MS))
    }
  }
}

const settings = settingsOrExit()
const state = { connected: false, stopping: false }
const metrics = new Metrics()
const databases = new Databases(settings.databases, { log, fallbacks: metrics.fallbacks })
const cache = new Cache(settings, { log, lookups: metrics.lookups })
metrics.watch(databases)

const web = application((app) => {
  healthRoutes(app, state, metrics.registry)
  app.use(metrics.middleware())
  pageRoutes(app, settings)
})
const api = application((app) => {
  app.use(metrics.middleware(), express.json({ limit: '1mb' }))
  contractRoutes(app, { databases, cache, settings })
  apiRoutes(app, { databases, cache, settings })
})
const servers = [createServer(web), createServer(api)]
stopOn(['SIGTERM', 'SIGINT'], { state, servers, closing: [cache, databases] })
for (const [server, port] of [[servers[0], settings.webPort], [servers[1], settings.apiPort]]) {
  server.keepAliveTimeout = KEEP_ALIVE_MS
  await once(server.listen(port, settings.host), 'listening')
}
log.info({ message: 'listening', web: settings.webPort, api: settings.apiPort, shards: settings.databases.shards.length })
await connected(databases, state)
state.connected = true
