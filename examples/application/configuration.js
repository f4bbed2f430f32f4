// Reads the environment that the platform gives to pods, once. Every problem is reported at once, with its variable.

import { readFileSync } from 'node:fs'

export const HASH = 'int32-times-31-abs-modulo'

export class ConfigurationError extends Error {}

export function configuration(env) {
  const problems = []

  const text = (name) => {
    if (env[name]) return env[name]
    problems.push(`${name} is missing`)
    return ''
  }
  const number = (name, fallback) => {
    const value = Number(env[name] ?? fallback)
    if (Number.isInteger(value) && value > 0) return value
    problems.push(`${name} is a positive whole number, not ${JSON.stringify(env[name])}`)
    return fallback
  }
  const url = (name, schemes, value = text(name)) => {
    if (!value) return undefined
    try {
      const parsed = new URL(value)
      if (schemes.includes(parsed.protocol)) return parsed
    } catch {
      // said below: the value may hold a password
    }
    problems.push(`${name} is no URL of ${schemes.join(' or ')} (its value is not shown)`)
    return undefined
  }
  const decoded = (name, value) => {
    try {
      return decodeURIComponent(value)
    } catch {
      problems.push(`${name} has a password with a % that begins no escape: write %25 (its value is not shown)`)
      return ''
    }
  }
  const database = (name) => url(name, ['postgresql:', 'postgres:'])?.href
  const numbered = (prefix, first) => {
    const found = []
    for (let n = first; env[`${prefix}_${n}_URL`]; n++) found.push(database(`${prefix}_${n}_URL`))
    return found
  }

  const shards = numbered('DATABASE_SHARD', 0)
  const targets = numbered('DATABASE_TARGET_SHARD', shards.length)
  const redis = url('REDIS_URL', ['rediss:', 'redis:'])
  const settings = {
    host: env.HOST,
    webPort: number('PORT', 3000),
    apiPort: number('API_PORT', 4000),
    trustedProxies: (env.TRUSTED_PROXIES ?? '').split(',').map((range) => range.trim()).filter(Boolean),
    cdnUrl: env.CDN_URL || null,
    databases: {
      primary: database(env.DATABASE_PRIMARY_URL ? 'DATABASE_PRIMARY_URL' : 'DATABASE_URL'),
      replicas: numbered('DATABASE_REPLICA', 1),
      shards,
      targets,
      moving: env.SHARDS_MOVING_TO !== undefined,
      primaryMax: number('DATABASE_POOL_PRIMARY_MAX', 20),
      replicaMax: number('DATABASE_POOL_REPLICA_MAX', 15),
      shardMax: number('DATABASE_POOL_SHARD_MAX', 10),
      idleTimeoutMs: number('DATABASE_POOL_IDLE_TIMEOUT_MS', 30000),
      connectionTimeoutMs: number('DATABASE_POOL_CONNECTION_TIMEOUT_MS', 2000),
      queryTimeoutMs: number('DATABASE_QUERY_TIMEOUT_MS', 5000)
    },
    redis: redis && {
      host: redis.hostname,
      port: Number(redis.port || 6379),
      password: decoded('REDIS_URL', redis.password),
      tls: redis.protocol === 'rediss:',
      cluster: env.REDIS_CLUSTER === 'true'
    },
    cacheTtlSeconds: number('CACHE_TTL_SECONDS', 300),
    cacheCheckSeconds: number('CACHE_CHECK_PERIOD_SECONDS', 60)
  }
  settings.shardMap = shardMap(env.SHARD_MAP_FILE, shards.length, problems)
  checkMove(env.SHARDS_MOVING_TO, shards.length + targets.length, problems)
  if (problems.length > 0) throw new ConfigurationError(problems.join('\n'))
  return settings
}

// A map that disagrees with the URLs would look for a client where it is not: such a pod must not start.
function shardMap(file, urls, problems) {
  const everybodyOnThePrimary = { placement: 'primary', count: 0, version: null }
  if (!file) {
    if (urls > 0) problems.push(`SHARD_MAP_FILE is missing, and there are URLs of ${urls} shards`)
    return everybodyOnThePrimary
  }
  try {
    const map = JSON.parse(readFileSync(file, 'utf8'))
    if (map.hash !== HASH) problems.push(`SHARD_MAP_FILE ${file}: this version places clients by ${HASH}, not by ${map.hash}`)
    if (map.count !== urls) problems.push(`SHARD_MAP_FILE ${file}: ${map.count} shards, and URLs of ${urls}`)
    return { placement: map.placement, count: map.count, version: map.version }
  } catch (error) {
    problems.push(`SHARD_MAP_FILE ${file}: ${error.message}`)
    return everybodyOnThePrimary
  }
}

// A pod that follows a move must be able to go wherever the databases send it.
function checkMove(to, urls, problems) {
  if (to === undefined) return
  if (!/^\d{1,4}$/.test(to)) problems.push(`SHARDS_MOVING_TO is a number of shards, 0 for the primary, not ${JSON.stringify(to)}`)
  else if (Number(to) > urls) problems.push(`SHARDS_MOVING_TO is ${to}, and there are URLs of ${urls} shards`)
}
