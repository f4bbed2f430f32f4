// What Prometheus scrapes: the names that the platform's alerts and autoscaler ask for, in their units.

import { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } from 'prom-client'

import { statusOf } from './requests.js'

const BUCKETS_SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30, 60]

export class Metrics {
  constructor() {
    const registers = [(this.registry = new Registry())]
    collectDefaultMetrics({ register: this.registry })
    this.requests = new Counter({
      name: 'http_requests_total',
      help: 'Answered requests',
      labelNames: ['method', 'route', 'status'],
      registers
    })
    this.seconds = new Histogram({
      name: 'http_request_duration_seconds',
      help: 'Time to the end of the answer, in seconds',
      labelNames: ['method', 'route', 'status'],
      buckets: BUCKETS_SECONDS,
      registers
    })
    this.fallbacks = new Counter({
      name: 'database_fallbacks_total',
      help: 'Reads that the primary took over from a replica',
      labelNames: ['reason'],
      registers
    })
    this.lookups = new Counter({
      name: 'cache_requests_total',
      help: 'Lookups in the cache',
      labelNames: ['level', 'result'],
      registers
    })
    this.registers = registers
  }

  // Connections of every pool by state; read when somebody scrapes.
  watch(databases) {
    new Gauge({
      name: 'database_pool_connections',
      help: 'Connections of a pool: total, idle, and requests that wait for one',
      labelNames: ['pool', 'state'],
      registers: this.registers,
      collect() {
        const { primary, replicas, shards, targets } = databases.connectionStats()
        const named = [['primary', primary]]
        replicas.forEach((stats, index) => named.push([`replica_${index + 1}`, stats]))
        shards.concat(targets).forEach((stats, index) => named.push([`shard_${index}`, stats]))
        for (const [pool, stats] of named) {
          for (const state of ['total', 'idle', 'waiting']) this.set({ pool, state }, stats[state])
        }
      }
    })
  }

  // Counts every request by its route, never by its path: ids would make a series each.
  middleware() {
    return (request, response, next) => {
      const began = process.hrtime.bigint()
      response.on('close', () => {
        const labels = { method: request.method, route: request.route?.path ?? 'unknown', status: statusOf(response) }
        this.requests.inc(labels)
        this.seconds.observe(labels, Number(process.hrtime.bigint() - began) / 1e9)
      })
      next()
    }
  }
}
