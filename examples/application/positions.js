// Positions in the primary's write-ahead log: how "at least as new as my last write" is said to replicas and caches.
//
// A write answers with the position behind its commit. The visitor sends it back with every read (the cookie), and
// whatever is older than that, in a cache or on a replica, is not used to answer that visitor.

export const COOKIE = 'read_after'
export const START = 0n

// '16/B374D848', as PostgreSQL writes it (pg_lsn)
const WRITTEN = /^([0-9A-F]{1,8})\/([0-9A-F]{1,8})$/

export function parsePosition(text) {
  const match = WRITTEN.exec(text ?? '')
  return match ? (BigInt(`0x${match[1]}`) << 32n) | BigInt(`0x${match[2]}`) : START
}

export const formatPosition = (position) =>
  `${(position >> 32n).toString(16)}/${(position & 0xffffffffn).toString(16)}`.toUpperCase()

// The visitor holds the cookie and may send anything: what is no position is as if there were none.
// The same in a form whose order as a text is theirs, for caches.
export const sortable = (position) => position.toString(16).padStart(16, '0')

export const sorted = (text) => (/^[0-9a-f]{16}$/.test(text ?? '') ? BigInt(`0x${text}`) : START)

export function positionOf(request) {
  for (const pair of (request.headers.cookie ?? '').split(';')) {
    const [name, value] = pair.trim().split('=')
    if (name === COOKIE) return parsePosition((value ?? '').replace(/%2F/i, '/'))
  }
  return START
}
