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

// An answer that nobody got to its end has the status that the gateway's nginx writes for it, too.
const CLIENT_GONE = 499

export const statusOf = (response) => (response.writableFinished ? response.statusCode : CLIENT_GONE)

// No query strings, no bodies, no cookies: they hold personal data.
export function logged(request, response, next) {
  const began = Date.now()
  // also where the visitor has gone before the end
  response.on('close', () => {
    log.info({
      message: 'request',
      request_id: request.id,
      method: request.method,
      path: request.originalUrl.split('?')[0],
      status: statusOf(response),
      seconds: (Date.now() - began) / 1000
    })
  })
  next()
}
