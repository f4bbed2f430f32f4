// The API: bond types are shared data, read through the cache; clients and their bonds are personal and never cached.

import { createHash } from 'node:crypto'

import { COOKIE, formatPosition, positionOf } from './positions.js'

const PAGE = 100
const MOST_LETTERS = 200
const WARM_SECONDS = 3600
const WARM_SETS = {
  bond_types: 'SELECT name, premium_percent FROM bond_types ORDER BY name'
}

// PostgreSQL stores no zero byte in a text, and no half of a surrogate pair.
const isText = (value) =>
  typeof value === 'string' && value.length > 0 && value.length <= MOST_LETTERS && !/\p{Cc}|\p{Cs}/u.test(value)

export function apiRoutes(app, { databases, cache, settings }) {
  // After this time nothing older than the write is left in any cache, and replicas that are behind are not asked.
  const rememberSeconds = Math.max(settings.cacheTtlSeconds, WARM_SECONDS) + 10

  const wrote = (response, position) => {
    response.cookie(COOKIE, formatPosition(position), {
      httpOnly: true,
      secure: true,
      sameSite: 'lax',
      path: '/',
      maxAge: rememberSeconds * 1000
    })
  }

  // One set of rows. What is looked for in it is no key: visitors would fill the caches with what is not there.
  const shared = async (request, set) => {
    const after = await databases.believed(positionOf(request))
    const kept = await cache.get(set, after)
    if (kept) return kept
    const read = await databases.read(WARM_SETS[set], [], after)
    void cache.set(set, read)
    return read.rows
  }

  app.use((_request, response, next) => {
    response.set('Cache-Control', 'private, no-store')
    next()
  })

  for (const name of ['id', 'name']) {
    app.param(name, (_request, response, next, value) => {
      if (isText(value)) return next()
      response.status(400).json({ error: `a name or an id has 1 to ${MOST_LETTERS} characters, none of them a control character` })
    })
  }

  app.get('/api/bond-types', async (request, response) => {
    const rows = await shared(request, 'bond_types')
    response.json(rows.map((row) => ({ name: row.name, premiumPercent: row.premium_percent })))
  })

  app.get('/api/bond-types/:name', async (request, response) => {
    const row = (await shared(request, 'bond_types')).find((one) => one.name === request.params.name)
    if (!row) return response.status(404).json({ error: 'no such bond type' })
    response.json({ name: row.name, premiumPercent: row.premium_percent })
  })

  app.put('/api/bond-types/:name', async (request, response) => {
    const { name } = request.params
    const premium = request.body?.premiumPercent
    if (!Number.isInteger(premium) || premium < 0 || premium > 100) {
      return response.status(400).json({ error: 'premiumPercent is a whole number from 0 to 100' })
    }
    const { position } = await databases.write((connection) =>
      connection.query(
        'INSERT INTO bond_types VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET premium_percent = $2',
        [name, premium]
      )
    )
    await cache.invalidate('bond_types', position)
    wrote(response, position)
    response.json({ name, premiumPercent: premium })
  })

  app.get('/api/clients', async (_request, response) => {
    const sql = 'SELECT id, name FROM clients WHERE $1::text IS NULL OR id > $1 ORDER BY id LIMIT $2'
    response.json(await databases.readAllClients(sql, PAGE))
  })

  app.get('/api/clients/:id', async (request, response) => {
    const { rows } = await databases.readClient(request.params.id, 'SELECT id, name FROM clients WHERE id = $1', [
      request.params.id
    ])
    if (rows.length === 0) return response.status(404).json({ error: 'no such client' })
    response.json(rows[0])
  })

  app.put('/api/clients/:id', async (request, response) => {
    const { id } = request.params
    const name = request.body?.name
    if (!isText(name)) return response.status(400).json({ error: `name is a text of 1 to ${MOST_LETTERS} characters` })
    await databases.writeClient(id, (connection) =>
      connection.query('INSERT INTO clients VALUES ($1, $2) ON CONFLICT (id) DO UPDATE SET name = $2', [id, name])
    )
    response.json({ id, name })
  })

  app.get('/api/clients/:id/bonds', async (request, response) => {
    const sql = 'SELECT id::text, amount_cents::float8 AS "amountCents" FROM bonds WHERE client_id = $1 ORDER BY bonds.id'
    const { rows } = await databases.readClient(request.params.id, sql, [request.params.id])
    response.json(rows)
  })

  app.get('/api/clients/:id/bonds/:bond', async (request, response) => {
    const { id, bond } = request.params
    if (!/^\d{1,18}$/.test(bond)) return response.status(404).json({ error: 'no such bond' })
    const sql = 'SELECT id::text, amount_cents::float8 AS "amountCents" FROM bonds WHERE client_id = $1 AND id = $2'
    const { rows } = await databases.readClient(id, sql, [id, bond])
    if (rows.length === 0) return response.status(404).json({ error: 'no such bond' })
    response.json(rows[0])
  })

  // The same request with the same key is carried out once, however often and on whichever pod it arrives.
  app.post('/api/clients/:id/bonds', async (request, response) => {
    const { id } = request.params
    const key = request.get('Idempotency-Key')
    const amount = request.body?.amountCents
    if (!key || key.length > 200) return response.status(400).json({ error: 'Idempotency-Key is missing or too long' })
    if (!Number.isSafeInteger(amount) || amount <= 0) {
      return response.status(400).json({ error: 'amountCents is a positive whole number' })
    }
    const { result } = await databases.writeClient(id, (connection) => issueBond(connection, id, key, request.body))
    if (result.status === 201) response.location(`/api/clients/${encodeURIComponent(id)}/bonds/${result.body.id}`)
    response.status(result.status).json(result.body)
  })

  // The platform's warm-up asks for these after a release; the gateway leads nobody here.
  app.get('/internal/cache/:set', async (request, response) => {
    const { set } = request.params
    if (!Object.hasOwn(WARM_SETS, set)) return response.status(404).json({ error: 'no such set' })
    const read = await databases.read(WARM_SETS[set])
    await cache.set(set, read, WARM_SECONDS)
    response.json({ warmed: read.rows.length })
  })
}

async function issueBond(connection, clientId, key, body) {
  const fingerprint = createHash('sha256').update(JSON.stringify(body)).digest('hex')
  // a second request with this key waits here until the first has committed or failed
  const first = await connection.query(
    'INSERT INTO answered_requests (client_id, key, fingerprint) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING RETURNING key',
    [clientId, key, fingerprint]
  )
  if (first.rows.length === 0) {
    const { rows } = await connection.query(
      'SELECT answer, fingerprint = $3 AS same FROM answered_requests WHERE client_id = $1 AND key = $2',
      [clientId, key, fingerprint]
    )
    return rows[0].same
      ? { status: 201, body: rows[0].answer }
      : { status: 422, body: { error: 'this Idempotency-Key was used for another request' } }
  }
  const { rows } = await connection.query(
    `INSERT INTO bonds (client_id, amount_cents) SELECT id, $2 FROM clients WHERE id = $1
     RETURNING id::text, amount_cents::float8 AS "amountCents"`,
    [clientId, body.amountCents]
  )
  const [answer] = rows
  if (!answer) throw Object.assign(new Error('no such client'), { status: 404 })
  await connection.query('UPDATE answered_requests SET answer = $3 WHERE client_id = $1 AND key = $2', [
    clientId,
    key,
    JSON.stringify(answer)
  ])
  return { status: 201, body: answer }
}
