"""Parts of the sample application without their surroundings: what visitors may send, and what is rare."""

from __future__ import annotations

import json
import subprocess
from typing import TYPE_CHECKING, Any

import pytest

from tests.support import programs
from tests.support.sample import sources

if TYPE_CHECKING:
    from collections.abc import Callable

    Said = Callable[[str], Any]

SETTINGS = """
const log = { info() {}, warn() {}, error() {} }
const counter = { inc() {} }
"""
SERVED = """
import express from 'express'
import { once } from 'node:events'
import { apiRoutes } from './api.js'
import { Cache } from './cache.js'
const redis = { host: '127.0.0.1', port: 1 }
const cache = new Cache({ redis, cacheTtlSeconds: 60, cacheCheckSeconds: 60 }, { log, lookups: counter })
const written = []
const databases = {
  believed: async (position) => position,
  read: async () => ({ rows: [{ name: 'cash', premium_percent: 10 }], holds: 5n }),
  readClient: async (id) => ({ rows: [{ id, name: id }] }),
  writeClient: async (id) => written.push(id)
}
const app = express()
app.use(express.json())
apiRoutes(app, { databases, cache, settings: { cacheTtlSeconds: 60 } })
const server = app.listen(0, '127.0.0.1')
await once(server, 'listening')
const ask = async (path, options) => {
  const answer = await fetch(`http://127.0.0.1:${server.address().port}${path}`, options)
  await answer.text()
  return answer.status
}
"""


@pytest.fixture(scope="module")
def said(tmp_path_factory: pytest.TempPathFactory) -> Said:
    """What a program says that imports parts of the application."""
    home = sources(tmp_path_factory.mktemp("parts") / "application").parent

    def run(program: str) -> Any:  # noqa: ANN401 - any JSON
        text = f"{SETTINGS}{program}\nprocess.exit(0)"
        command = [str(programs.node()), "--input-type=module", "-e", text]
        done = subprocess.run(command, cwd=home, capture_output=True, text=True, check=False, timeout=60)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout.splitlines()[-1])

    return run


def test_a_cookie_that_is_no_position_is_as_if_there_were_none(said: Said) -> None:
    cookies = ["read_after=0%2F1F", "a=b; read_after=1/0", "read_after=%E0%A4%A", "read_after=%", "read_after", "x", ""]
    program = """
    import { positionOf } from './positions.js'
    const found = COOKIES.map((cookie) => String(positionOf({ headers: { cookie } })))
    console.log(JSON.stringify(found))
    """
    assert said(program.replace("COOKIES", json.dumps(cookies))) == ["31", str(1 << 32), "0", "0", "0", "0", "0"]


def test_a_position_behind_the_end_of_the_log_is_not_believed_and_a_write_of_this_moment_is(said: Said) -> None:
    program = """
    import { Primary } from './replica.js'
    let end = '0/10', away = false
    const lookout = { query: async () => { if (away) throw new Error('away'); return { rows: [{ position: end }] } } }
    const primary = new Primary({}, lookout)
    const found = [await primary.believed(0x10n), await primary.believed(0x11n), await primary.believed(0xffffffffn)]
    const early = primary.look() // asked before the write, answered after it
    end = '0/20'
    found.push(await primary.believed(0x20n))
    await early
    away = true
    found.push(await primary.believed(0x30n))
    console.log(JSON.stringify(found.map(Number)))
    """
    assert said(program) == [0x10, 0, 0, 0x20, 0x30]


def test_what_a_visitor_looks_for_is_no_key_of_the_caches(said: Said) -> None:
    program = """
    const statuses = new Set()
    for (let n = 0; n < 20; n++) statuses.add(await ask(`/api/bond-types/none-${n}`))
    for (const set of ['none', 'constructor']) statuses.add(await ask(`/internal/cache/${set}`))
    statuses.add(await ask('/api/bond-types/cash', { headers: { cookie: 'read_after=%E0%A4%A' } }))
    console.log(JSON.stringify([[...statuses].sort(), cache.memory.keys()]))
    """
    assert said(SERVED + program) == [[200, 404], ["bond_types"]]


def test_what_no_database_could_store_is_the_visitors_mistake(said: Said) -> None:
    paths = ["/api/clients/%00", "/api/bond-types/a%0Ab", f"/api/clients/{'a' * 201}", "/api/clients/%E0%A4%A"]
    program = """
    const put = (name) => ask('/api/clients/a', {
      method: 'PUT', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify({ name })
    })
    const statuses = []
    for (const path of PATHS) statuses.push(await ask(path))
    for (const name of ['', 7, 'a\\0b', '\\ud800', 'a'.repeat(201)]) statuses.push(await put(name))
    statuses.push(await put('Jané 😀'), await ask('/api/clients/%F0%9F%98%80'))
    console.log(JSON.stringify([statuses, written]))
    """
    assert said(SERVED + program.replace("PATHS", json.dumps(paths))) == [[400] * 9 + [200, 200], ["a"]]


def test_nothing_older_is_kept_over_what_is_newer_or_was_written_since(said: Said) -> None:
    program = """
    const kept = async () => (await cache.get('bond_types', 0n))?.[0] ?? null
    const found = []
    await cache.set('bond_types', { rows: ['of 20'], holds: 20n })
    await cache.set('bond_types', { rows: ['of 10'], holds: 10n }, 3600)
    found.push(await kept())
    await cache.invalidate('bond_types', 30n)
    found.push(await kept())
    await cache.set('bond_types', { rows: ['of 20'], holds: 20n })
    found.push(await kept())
    await cache.set('bond_types', { rows: ['of 30'], holds: 30n })
    found.push(await kept())
    console.log(JSON.stringify(found))
    """
    assert said(SERVED + program) == ["of 20", None, None, "of 30"]


def test_a_refusal_inside_of_a_transaction_keeps_its_connection(said: Said) -> None:
    program = """
    import { Databases } from './databases.js'
    const errors = [
      Object.assign(new Error('no such client'), { status: 404 }),
      Object.assign(new Error('unique'), { code: '23505', severity: 'ERROR' }),
      Object.assign(new Error('shut down'), { code: '57P01', severity: 'FATAL' }),
      new Error('Query read timeout')
    ]
    const found = []
    for (const error of errors) {
      const asked = []
      const release = (lost) => asked.push(lost ? 'closed' : 'kept')
      const connection = { query: async (sql) => asked.push(sql), release }
      await Databases.prototype.giveUp(connection, error)
      found.push(asked)
    }
    console.log(JSON.stringify(found))
    """
    assert said(program) == [["ROLLBACK", "kept"], ["ROLLBACK", "kept"], ["closed"], ["closed"]]


def test_the_primarys_position_is_known_while_requests_hold_all_connections(said: Said) -> None:
    program = """
    import { Databases } from './databases.js'
    const pools = []
    class Faked extends Databases {
      pool(settings, name, url, max) {
        const full = max > 1
        const query = () => full ? new Promise(() => {}) : Promise.resolve({ rows: [{ position: '0/10' }] })
        const made = { options: { max }, totalCount: max, idleCount: 0, waitingCount: full ? 3 : 0, query }
        pools.push([name, max])
        return made
      }
    }
    const settings = { primary: 'p', primaryMax: 20, replicas: ['r'], shards: [], targets: [], moving: false }
    const databases = new Faked(settings, { log, fallbacks: counter })
    await databases.primary.look()
    const { primary } = databases.connectionStats()
    console.log(JSON.stringify([Number(databases.primary.position), pools.slice(0, 2), primary]))
    """
    both = {"max": 20, "total": 20, "idle": 0, "waiting": 3}
    assert said(program) == [0x10, [["primary", 19], ["primary", 1]], both]


def test_a_visitor_who_leaves_before_the_end_is_in_log_and_metrics(said: Said) -> None:
    program = """
    import express from 'express'
    import { once } from 'node:events'
    import { get } from 'node:http'
    import { Metrics } from './metrics.js'
    import { logged } from './requests.js'
    const lines = []
    console.log = (line) => lines.push(JSON.parse(line))
    const metrics = new Metrics()
    const app = express()
    app.use(logged, metrics.middleware())
    let begun
    const began = new Promise((resolve) => { begun = resolve })
    app.get('/slow', () => begun())
    app.get('/fast', (_request, response) => response.send('x'))
    const server = app.listen(0, '127.0.0.1')
    await once(server, 'listening')
    const url = `http://127.0.0.1:${server.address().port}`
    await (await fetch(`${url}/fast`)).text()
    const left = get(`${url}/slow`)
    left.on('error', () => {})
    await began
    left.destroy()
    while (lines.length < 2) await new Promise((resolve) => setTimeout(resolve, 10))
    const { values } = await metrics.requests.get()
    const counted = values.map(({ labels }) => [labels.route, labels.status])
    process.stdout.write(JSON.stringify([lines.map(({ path, status }) => [path, status]), counted]) + '\\n')
    """
    assert said(program) == [[["/fast", 200], ["/slow", 499]], [["/fast", 200], ["/slow", 499]]]
