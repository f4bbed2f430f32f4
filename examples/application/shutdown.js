// SIGTERM: answer what is under way, take nothing further, close everything, exit with 0.
//
// By the time of the signal the pod's preStop has waited until the gateway forgot this pod. The deadline is within the
// contract's 60 s (stop.ends); the pod's grace period is longer than preStop and deadline together.

import { log } from './log.js'

const DEADLINE_MS = 58_000
const LOOK_MS = 100

export function stopOn(signals, { state, servers, closing }) {
  const stop = async (signal) => {
    if (state.stopping) return
    state.stopping = true
    log.info({ message: 'stopping', signal })
    setTimeout(() => {
      log.error({ message: 'requests were still under way', seconds: DEADLINE_MS / 1000 })
      process.exit(1)
    }, DEADLINE_MS).unref()
    // a connection that was busy when the server closed is idle a moment later, and would keep the process
    const sweep = setInterval(() => servers.forEach((server) => server.closeIdleConnections()), LOOK_MS)
    await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))))
    clearInterval(sweep)
    for (const one of closing) await one.close()
    log.info({ message: 'stopped' })
    process.exit(0)
  }
  for (const signal of signals) process.on(signal, stop)
}
