// The web part: one page, and the fingerprinted script that it loads from the CDN.

import { createHash } from 'node:crypto'

const SCRIPT = "document.getElementById('state').textContent = 'ready'\n"
const FINGERPRINT = createHash('sha256').update(SCRIPT).digest('hex').slice(0, 12)
const FILE = `app.${FINGERPRINT}.js`

export function pageRoutes(app, settings) {
  app.get('/', (_request, response) => {
    const script = `${settings.cdnUrl ?? ''}/static/${FILE}`
    response.set('Cache-Control', 'private, no-store').type('html').send(
      `<!doctype html><title>Bonds</title><p id="state">loading</p><script src="${script}"></script>\n`
    )
  })
  // A name with its content's fingerprint never changes; any other name is not there, and is no page.
  app.get('/static/:file', (request, response, next) => {
    if (request.params.file !== FILE) return next()
    response.set('Cache-Control', 'public, max-age=31536000, immutable').type('js').send(SCRIPT)
  })
}
