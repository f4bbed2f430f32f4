// Two layers of cache for shared data: this process's memory, then Redis (scaling guide, Caching Strategies).
//
// An entry keeps the position that its rows hold for sure, so that nobody is answered with less than they wrote, and that
// nothing older is ever written over it, by whatever pod or warm-up was slower. A cache that is away or slow is a miss: it
// never fails a request, and never delays one by more than LIMIT_MS.
//
// Keys are names of this program, never what a visitor sends: the caches hold no more than these.

import { Cluster, Redis } from 'ioredis'
import NodeCache from 'node-cache'

import { sortable, sorted } from './positions.js'

const LIMIT_MS = 100
const SAID_AGAIN_MS = 10_000
const SET_NEWER = `
local kept = redis.call('GET', KEYS[1])
local readable, entry = pcall(cjson.decode, kept or '')
if readable and type(entry) == 'table' and tostring(entry.at) > ARGV[1] then return 0 end
redis.call('SET', KEYS[1], ARGV[2], 'EX', ARGV[3])
return 1`

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
    this.redis.defineCommand('setNewer', { numberOfKeys: 1, lua: SET_NEWER })
    this.saidAt = 0
    this.redis.on('error', (error) => this.away(error))
  }

  async get(key, after) {
    const kept = this.memory.get(key)
    if (kept?.rows && kept.holds >= after) return this.hit('memory', kept)
    const entry = read(await this.ask('get', key))
    if (entry) {
      this.keep(key, entry)
      if (entry.rows && entry.holds >= after) return this.hit('redis', entry)
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
    const at = sortable(holds)
    return this.ask('setNewer', key, at, JSON.stringify({ rows, at, until }), ttlSeconds)
  }

  // What came from Redis lives no longer here than it would have there.
  keep(key, entry) {
    if (this.memory.get(key)?.holds > entry.holds) return
    this.memory.set(key, entry, Math.max(1, Math.ceil((entry.until - Date.now()) / 1000)))
  }

  // What was read before this position is no answer any more, and who read it may not write it here.
  async invalidate(key, position) {
    await this.set(key, { rows: null, holds: position })
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

// What Redis has, where it is an entry of this program that still counts.
function read(found) {
  try {
    const { rows, at, until } = JSON.parse(found)
    return until > Date.now() && (rows === null || Array.isArray(rows)) ? { rows, holds: sorted(at), until } : undefined
  } catch {
    return undefined
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
