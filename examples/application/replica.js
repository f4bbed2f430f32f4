// One read replica: how far it has replayed, how far it is behind, and whether it answers.

import { START, parsePosition } from './positions.js'

// A read that waits longer is answered by the primary.
export const REPLICA_TIMEOUT_MS = 1000
// The gap between a write and its arrival that a visitor who wrote nothing may see; one who wrote never does.
export const MAX_LAG_MS = 5000
const KEPT_SAMPLES = 60

export class Replica {
  constructor(name, pool) {
    this.name = name
    this.pool = pool
    this.replayed = START
    this.answers = false
  }

  // A replica only moves forward, so what it had replayed once is a lower bound for ever.
  async look() {
    const { rows } = await this.pool.query('SELECT pg_last_wal_replay_lsn() AS position')
    this.replayed = parsePosition(rows[0].position)
    this.answers = true
    return this.replayed
  }

  async has(position) {
    return this.replayed >= position || (await this.look()) >= position
  }
}

// Where the primary was, and when: the age of the oldest position that a replica lacks is how far it is behind.
export class Primary {
  constructor(pool) {
    this.pool = pool
    this.position = START
    this.samples = []
  }

  async look() {
    const { rows } = await this.pool.query('SELECT pg_current_wal_flush_lsn() AS position')
    this.position = parsePosition(rows[0].position)
    this.samples.push({ at: Date.now(), position: this.position })
    this.samples.splice(0, this.samples.length - KEPT_SAMPLES)
  }

  // A commit can be in the log a moment before readers see it: what a read of the primary holds for sure ends before.
  get held() {
    return this.position > START ? this.position - 1n : START
  }

  lagMs(replica) {
    const missing = this.samples.find((sample) => sample.position > replica.replayed)
    return missing ? Date.now() - missing.at : 0
  }
}
