// The frame of a scenario: a JSON job on the first line of stdin, JSON events on stdout, words in between.
import readline from 'node:readline'

const lines = readline.createInterface({ input: process.stdin })
const waiting = []
const words = []
lines.on('line', line => {
  const word = JSON.parse(line)
  if (waiting.length) waiting.shift()(word)
  else words.push(word)
})
// The test that started this process is gone: so is the reason to run.
lines.on('close', () => process.exit(0))

/** Wait for the next word from the test. */
export const word = () => (words.length ? Promise.resolve(words.shift()) : new Promise(resolve => waiting.push(resolve)))

/** Tell the test that something happened. */
export const say = (event, details = {}) => process.stdout.write(`${JSON.stringify({ event, ...details })}\n`)

const fail = error => {
  process.stdout.write(`${JSON.stringify({ event: 'failed', reason: String(error?.stack ?? error) })}\n`, () => process.exit(1))
}
process.on('uncaughtException', fail)
process.on('unhandledRejection', fail)

/** Run a scenario on the job that the test sends; what it returns becomes the `done` event. */
export const scenario = async play => {
  const job = await word()
  try {
    const result = await play(job)
    process.stdout.write(`${JSON.stringify({ event: 'done', ...result })}\n`, () => process.exit(0))
  } catch (error) {
    fail(error)
  }
}

export const sleep = ms => new Promise(resolve => setTimeout(resolve, ms))

/** Wait until `holds()` is true; `describe()` is what the failure says. */
export const until = async (holds, describe = () => holds.toString(), ms = 30_000) => {
  const deadline = Date.now() + ms
  while (!holds()) {
    if (Date.now() > deadline) throw new Error(`not within ${ms} ms: ${describe()}`)
    await sleep(10)
  }
}
