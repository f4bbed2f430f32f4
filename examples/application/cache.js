// Two layers of cache for shared data: this process's memory, then Redis (scaling guide, Caching Strategies).
//
// An entry keeps the position that its rows hold for sure, so that nobody is answered with less than they wrote. A cache
// that is away or slow is a miss: it never fails a request, and never delays one by more than LIMIT_MS.

import { Cluster, Redis } from 'ioredis'
import NodeCache from 'node-cache'

import { formatPosition, parsePosition } from './positions.js'

const LIMIT_MS = 100
const SAID_AGAIN_MS = 10_000

export class Cache {
  constructor(settings, { log, lookups }) {
    this.log = log
    this.lookups = lookups
    this.ttlSeconds = settings.cacheTtlSeconds
    this.memory = new NodeCache({
      stdTTL: settings.cacheTtlSeconds,
      checkperiod: settings.cacheCheckSeconds,
      useClones: false
    })
    this.redis = client(settings.redis)
    this.saidAt = 0
    this.redis.on('error', (error) => this.away(error))
  }

  async get(key, after) {
    const kept = this.memory.get(key)
    if (kept && kept.holds >= after) return this.hit('memory', kept)
    const found = await this.ask('get', key)
    if (found) {
      const { rows, holds, until } = JSON.parse(found)
      const entry = { rows, holds: parsePosition(holds), until }
      if (entry.holds >= after && until > Date.now()) {
        this.keep(key, entry)
        return this.hit('redis', entry)
      }
    }
    this.lookups.inc({ level: 'redis', result: 'miss' })
    return undefined
  }

  hit(level, entry) {
    this.lookups.inc({ level, result: 'hit' })
    return entry.rows
  }

  // A visitor need not wait for it: the answer is there already.
  set(key, { rows, holds }, ttlSeconds = this.ttlSeconds) {
    const until = Date.now() + ttlSeconds * 1000
    this.keep(key, { rows, holds, until })
    return this.ask('setex', key, ttlSeconds, JSON.stringify({ rows, holds: formatPosition(holds), until }))
  }

  // What came from Redis lives no longer here than it would have there.
  keep(key, entry) {
    this.memory.set(key, entry, Math.max(1, Math.ceil((entry.until - Date.now()) / 1000)))
  }

  async invalidate(key) {
    this.memory.del(key)
    await this.ask('del', key)
  }

  async ask(command, ...parameters) {
    let timer
    const late = new Promise((resolve) => {
      timer = setTimeout(resolve, LIMIT_MS, undefined)
    })
    const asked = this.redis[command](...parameters).catch((error) => this.away(error))
    try {
      return await Promise.race([asked, late])
    } finally {
      clearTimeout(timer)
    }
  }

  // Every request would say it, and the client ten times a second.
  away(error) {
    if (Date.now() - this.saidAt < SAID_AGAIN_MS) return undefined
    this.saidAt = Date.now()
    this.log.warn({ message: 'cache away', error: error.message })
  }

  // As the clients have them.
  options() {
    const { options } = this.redis
    const { maxRetriesPerRequest, tls } = options.redisOptions ?? options
    const { stdTTL, checkperiod, useClones } = this.memory.options
    return {
      redis: {
        retryDelayOnFailover: options.retryDelayOnFailover,
        maxRetriesPerRequest,
        lazyConnect: options.lazyConnect,
        cluster: this.redis.isCluster,
        tls: tls !== undefined
      },
      memory: { stdTTL, checkperiod, useClones }
    }
  }

  close() {
    this.memory.close()
    this.redis.disconnect()
  }
}

function client({ host, port, password, tls, cluster }) {
  const options = { password, tls: tls ? {} : undefined, maxRetriesPerRequest: 3 }
  const guide = { retryDelayOnFailover: 100, lazyConnect: true }
  if (!cluster) return new Redis({ host, port, ...options, ...guide })
  return new Cluster([{ host, port }], {
    ...guide,
    // the certificate is of the name: an address that the name stands for would not fit it (ioredis, README, "Special Note")
    dnsLookup: (address, callback) => callback(null, address),
    redisOptions: options
  })
}
