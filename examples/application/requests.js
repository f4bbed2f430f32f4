// Who asks, under which id, and the log line of every request.

import { randomBytes } from 'node:crypto'

import { log } from './log.js'

const ID = /^[\w-]{8,64}$/

// The gateway's id joins this log with the gateway's; from anybody else an id would be a claim.
export function identified(request, response, next) {
  const trusted = request.app.get('trust proxy fn')(request.socket.remoteAddress, 0)
  const given = request.get('X-Request-Id') ?? ''
  request.id = trusted && ID.test(given) ? given : randomBytes(16).toString('hex')
  response.set('X-Request-Id', request.id)
  next()
}

// No query strings, no bodies, no cookies: they hold personal data.
export function logged(request, response, next) {
  const began = Date.now()
  response.on('finish', () => {
    log.info({
      message: 'request',
      request_id: request.id,
      method: request.method,
      path: request.originalUrl.split('?')[0],
      status: response.statusCode,
      seconds: (Date.now() - began) / 1000
    })
  })
  next()
}
