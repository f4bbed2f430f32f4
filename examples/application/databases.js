// The databases: one pool each for the primary, its replicas and the shards (scaling guide, Database Scaling).
//
// Reads of shared data go to the replicas in turn and fall back to the primary when a replica fails, is behind, or does
// not have the visitor's own last write yet. A client's rows are on the shard of its hash; while there are no shards,
// they are on the primary like everything else (places.js).

import pg from 'pg'

import { ELSEWHERE, Places } from './places.js'
import { START, parsePosition } from './positions.js'
import { MAX_LAG_MS, Primary, REPLICA_TIMEOUT_MS, Replica } from './replica.js'

const FOLLOW_MS = 1000

export class Databases {
  constructor(settings, { log, fallbacks }) {
    this.log = log
    this.fallbacks = fallbacks
    this.statementTimeoutMs = settings.queryTimeoutMs
    const pool = (name, url, max, timeoutMs = settings.queryTimeoutMs) => this.pool(settings, name, url, max, timeoutMs)
    // One of the primary's connections is kept for its position: requests may hold all others for seconds.
    const lookouts = settings.primaryMax > 1 ? 1 : 0
    const primary = pool('primary', settings.primary, settings.primaryMax - lookouts)
    this.primary = new Primary(primary, lookouts ? pool('primary', settings.primary, lookouts) : primary)
    this.replicas = settings.replicas.map(
      (url, index) =>
        new Replica(`replica_${index + 1}`, pool(`replica_${index + 1}`, url, settings.replicaMax, REPLICA_TIMEOUT_MS))
    )
    const filled = [...settings.shards, ...settings.targets]
    const shards = filled.map((url, index) => pool(`shard_${index}`, url, settings.shardMax))
    this.shards = shards.slice(0, settings.shards.length)
    this.targets = shards.slice(settings.shards.length)
    const { moving, shards: inUse } = settings
    this.places = new Places({ primary: this.primary.pool, shards, count: inUse.length, moving, log })
    this.next = 0
    this.following = setInterval(() => this.follow(), FOLLOW_MS).unref()
  }

  pool(settings, name, connectionString, max, timeoutMs) {
    const made = new pg.Pool({
      connectionString,
      max,
      idleTimeoutMillis: settings.idleTimeoutMs,
      connectionTimeoutMillis: settings.connectionTimeoutMs,
      query_timeout: timeoutMs,
      keepAlive: true,
      application_name: 'bailbondpro-sample'
    })
    // An idle connection that breaks is replaced by the pool; without a listener it would end the process.
    made.on('error', (error) => this.log.warn({ message: 'idle connection lost', database: name, error: error.message }))
    return made
  }

  // Throws while the primary cannot be reached. A shard that a move fills is asked once, so that a way that leads nowhere
  // is known before clients lie there.
  async connect() {
    await this.primary.look()
    await Promise.allSettled(this.replicas.map((replica) => replica.look()))
    this.targets.forEach((pool, index) => {
      const database = `shard_${this.shards.length + index}`
      pool.query('SELECT 1').catch((error) => {
        this.log.error({ message: 'a shard that is filled cannot be reached', database, error: error.message })
      })
    })
  }

  follow() {
    for (const one of [this.primary, ...this.replicas]) {
      one.look().catch((error) => {
        this.log.warn({ message: 'position unknown', error: error.message })
        one.answers = false
      })
    }
  }

  // A position that a visitor sends.
  believed(position) {
    return this.primary.believed(position)
  }

  // Shared data. Answers rows and the position that they hold for sure.
  async read(sql, parameters = [], after = START) {
    const replica = this.nextReplica()
    if (replica) {
      try {
        if (await this.fit(replica, after)) {
          const holds = replica.replayed
          const { rows } = await replica.pool.query(sql, parameters)
          return { rows, holds }
        }
        this.fallbacks.inc({ reason: 'lag' })
      } catch (error) {
        replica.answers = false // until `follow` has asked it again
        this.fallbacks.inc({ reason: 'error' })
        this.log.warn({ message: 'replica failed, reading from the primary', database: replica.name, error: error.message })
      }
    }
    const { held } = this.primary
    const { rows } = await this.primary.pool.query(sql, parameters)
    return { rows, holds: held }
  }

  nextReplica() {
    for (let tried = 0; tried < this.replicas.length; tried++) {
      const replica = this.replicas[this.next++ % this.replicas.length]
      if (replica.answers) return replica
    }
    if (this.replicas.length > 0) this.fallbacks.inc({ reason: 'error' })
    return undefined
  }

  async fit(replica, after) {
    return (await replica.has(after)) && this.primary.lagMs(replica) <= MAX_LAG_MS
  }

  // Shared data; `work` gets a connection inside of a transaction. Answers its result and the position behind it.
  write(work) {
    return this.transaction(this.primary.pool, work)
  }

  // A client's own rows: read and written in one place.
  readClient(clientId, sql, parameters) {
    return this.places.follow((count) => this.snapshot(this.places.place(clientId, count), count, sql, parameters))
  }

  writeClient(clientId, work) {
    return this.places.follow((count) =>
      this.transaction(this.places.place(clientId, count), async (connection) => {
        await this.places.check(connection, count)
        return work(connection)
      })
    )
  }

  // The guide's executeGlobalQuery: the first clients of all places in the order of their ids, or an error. Half an
  // answer would be a wrong one. `sql` gets the id to go on after, and how many rows.
  async readAllClients(sql, limit) {
    const parts = await this.places.follow((count) =>
      Promise.all(this.places.everywhere(count).map((place) => this.readPlace(place, count, sql, limit)))
    )
    return parts.flat().sort((one, other) => Buffer.compare(Buffer.from(one.id), Buffer.from(other.id))).slice(0, limit)
  }

  async readPlace({ pool, holds }, count, sql, limit) {
    const found = []
    let after = null
    for (;;) {
      const { rows } = await this.snapshot(pool, count, sql, [after, limit])
      found.push(...rows.filter((row) => holds(row.id)))
      if (rows.length < limit || found.length >= limit) return found
      after = rows.at(-1).id
    }
  }

  // While clients are moved: what the database says of where they lie, and the rows, of one and the same moment.
  async snapshot(pool, count, sql, parameters) {
    if (!this.places.moving) return pool.query(sql, parameters)
    const connection = await pool.connect()
    try {
      await connection.query('BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY')
      await this.places.check(connection, count)
      const found = await connection.query(sql, parameters)
      await connection.query('COMMIT')
      connection.release()
      return found
    } catch (error) {
      await this.giveUp(connection, error)
      throw error
    }
  }

  async transaction(pool, work) {
    const connection = await pool.connect()
    try {
      await connection.query('BEGIN')
      // the pooler lends a server connection for a transaction only, so a limit of the session would reach others
      await connection.query(`SET LOCAL statement_timeout = ${this.statementTimeoutMs}`)
      const result = await work(connection)
      await connection.query('COMMIT')
      const { rows } = await connection.query('SELECT pg_current_wal_flush_lsn() AS position')
      connection.release()
      return { result, position: parsePosition(rows[0].position) }
    } catch (error) {
      await this.giveUp(connection, error)
      throw error
    }
  }

  // What the database refused, or we did ("no such client"), leaves the connection whole; after anything else it is closed,
  // and the pooler rolls back what was open.
  async giveUp(connection, error) {
    const whole = error.code === ELSEWHERE || error.status !== undefined || error.severity === 'ERROR'
    if (!whole) return connection.release(error)
    try {
      await connection.query('ROLLBACK')
      connection.release()
    } catch (lost) {
      connection.release(lost)
    }
  }

  // The guide's getConnectionStats, and the shards'.
  connectionStats() {
    const of = (pool) => ({
      max: pool.options.max,
      total: pool.totalCount,
      idle: pool.idleCount,
      waiting: pool.waitingCount
    })
    const { pool, lookout } = this.primary
    return {
      primary: lookout === pool ? of(pool) : sum(of(pool), of(lookout)),
      replicas: this.replicas.map((replica) => of(replica.pool)),
      shards: this.shards.map(of),
      targets: this.targets.map(of)
    }
  }

  // As the pools have it.
  timeouts() {
    const { idleTimeoutMillis, connectionTimeoutMillis } = this.primary.pool.options
    return { idleTimeoutMillis, connectionTimeoutMillis }
  }

  async close() {
    clearInterval(this.following)
    const primary = new Set([this.primary.pool, this.primary.lookout])
    const pools = [...primary, ...this.replicas.map((replica) => replica.pool), ...this.places.shards]
    await Promise.allSettled(pools.map((pool) => pool.end()))
  }
}

const sum = (one, other) => Object.fromEntries(Object.keys(one).map((key) => [key, one[key] + other[key]]))

// Nothing is wrong with the request: the database is away, slow or full, and the same request may work in a second.
const NETWORK = ['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'ENOTFOUND', 'EAI_AGAIN']
const PASSING = new Set([...NETWORK, '57014', '55P03', ELSEWHERE])
const PASSING_CLASSES = ['08', '53', '57P', '25006', '40'] // PostgreSQL documentation, Appendix A
const PASSING_WORDS = /timeout|terminated|connection|login has been failing|server/i

export function isPassing(error) {
  const code = error.code ?? ''
  if (PASSING.has(code) || PASSING_CLASSES.some((start) => code.startsWith(start))) return true
  return code === '' && PASSING_WORDS.test(error.message) // node-postgres' and PgBouncer's own errors
}
