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
  // `lookout`: a connection that no request takes. Without it nobody would know that a replica is behind while requests
  // hold all others.
  constructor(pool, lookout) {
    this.pool = pool
    this.lookout = lookout
    this.position = START
    this.samples = []
  }

  // Whoever asks while somebody does gets the same answer.
  look() {
    this.looking ??= this.ask().finally(() => (this.looking = undefined))
    return this.looking
  }

  async ask() {
    const { rows } = await this.lookout.query('SELECT pg_current_wal_flush_lsn() AS position')
    this.position = parsePosition(rows[0].position)
    this.samples.push({ at: Date.now(), position: this.position })
    this.samples.splice(0, this.samples.length - KEPT_SAMPLES)
  }

  // A position that a visitor sends. Nobody wrote behind the end of the log, so that such a one is as if there were none:
  // no cache and no replica would ever have it. The first look may have begun before the write, the second has not.
  async believed(position) {
    for (let looks = 0; looks < 2 && position > this.position; looks++) {
      try {
        await this.look()
      } catch {
        return position // it may be true
      }
    }
    return position > this.position ? START : position
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
