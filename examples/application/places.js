// Where a client's rows lie: by the shard map that this process was started with, for as long as it runs. While clients
// are moved (SHARDS_MOVING_TO) the databases say it instead, in the snapshot that is read and in the transaction that
// writes, because every pod has to follow at the same moment (docs/sharding.md).

import { setTimeout } from 'node:timers/promises'

import { shardOf } from './shards.js'

// SQLSTATE of a write that was not carried out: its client lies elsewhere, or is being moved.
export const ELSEWHERE = 'BBP01'
// How long a request waits while nobody may write its client; then the visitor is told when to ask again.
const PAUSE_MS = 3000
const AGAIN_MS = 20

class ElsewhereError extends Error {
  constructor(count) {
    super(`the database says that clients lie over ${count} shards`)
    this.code = ELSEWHERE
    this.count = count
  }
}

export class Places {
  // `count`: over how many shards clients lie by the map, 0 for the primary; `shards`: a pool for each, and for each that
  // a move fills.
  constructor({ primary, shards, count, moving, log }) {
    this.primary = primary
    this.shards = shards
    this.count = count
    this.moving = moving
    this.log = log
  }

  place(clientId, count) {
    return count === 0 ? this.primary : this.shards[shardOf(clientId, count)]
  }

  // Each place over so many shards, and which clients lie there. Rows of others lie there, too, while clients are moved
  // and until their old copies are deleted: they are no answer.
  everywhere(count) {
    if (count === 0) return [{ pool: this.primary, holds: () => true }]
    return this.shards.slice(0, count).map((pool, shard) => ({ pool, holds: (id) => shardOf(id, count) === shard }))
  }

  // `attempt` gets the number of shards that clients are believed to lie over, asks the database by `check`, and is
  // begun again when that knows better or admits no writes.
  async follow(attempt) {
    if (!this.moving) return attempt(this.count)
    const until = Date.now() + PAUSE_MS
    let count = this.count
    for (;;) {
      try {
        const answer = await attempt(count)
        this.believe(count)
        return answer
      } catch (error) {
        if (error.code !== ELSEWHERE || Date.now() > until) throw error
        count = error.count ?? count
      }
      await setTimeout(AGAIN_MS)
    }
  }

  // Inside of the transaction in which rows are read or written.
  async check(connection, count) {
    if (!this.moving) return
    const asked = await connection.query("SELECT to_regclass('bbp_shards.placement') IS NOT NULL AS published")
    if (!asked.rows[0].published) return
    const { rows } = await connection.query('SELECT count FROM bbp_shards.placement')
    if (rows.length === 0 || rows[0].count === count) return
    if (rows[0].count > this.shards.length) throw new Error(`clients lie over ${rows[0].count} shards: too few URLs`)
    throw new ElsewhereError(rows[0].count)
  }

  believe(count) {
    if (this.count === count) return
    this.log.info({ message: 'clients have moved', shards_before: this.count, shards: count })
    this.count = count
  }
}
