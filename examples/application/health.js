// What the kubelet, the gateway and Prometheus ask.
//
// /health: this process answers. It asks no database: restarting pods repairs none.
// /ready: this pod should get requests: it has reached its primary once and does not stop. Not "the primary is there": all
// pods would leave at once, and the gateway would have nobody left to answer what needs no primary.

export function healthRoutes(app, state, registry) {
  app.get('/health', (_request, response) => response.json({ status: 'ok' }))
  app.get('/ready', (_request, response) => {
    const status = state.stopping ? 'stopping' : state.connected ? 'ready' : 'starting'
    response.status(status === 'ready' ? 200 : 503).json({ status })
  })
  app.get('/metrics', async (_request, response) => {
    response.type(registry.contentType).send(await registry.metrics())
  })
}
