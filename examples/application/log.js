// One JSON object a line on standard output.

const write = (level) => (fields) => console.log(JSON.stringify({ time: new Date().toISOString(), level, ...fields }))

export const log = { info: write('info'), warn: write('warn'), error: write('error') }
