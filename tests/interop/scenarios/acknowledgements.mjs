// What stock clients make of the server's acknowledgements. Job: {url, document}.
import { hocuspocus, hocuspocusSocket, yWebsocket } from '../clients/clients.mjs'
import { scenario, sleep, until } from '../clients/job.mjs'

const check = (holds, text) => { if (!holds) throw new Error(text) }

await scenario(async ({ url, document }) => {
  const echoed = new Set()
  const stream = yWebsocket({
    url,
    document,
    acknowledged: update => {
      for (const [edit] of Buffer.from(update).toString('latin1').matchAll(/<edit \d+>/g)) echoed.add(edit)
    }
  })
  const socket = hocuspocusSocket({ url })
  const sessions = [
    hocuspocus({ url, document }),
    hocuspocus({ url, document, version: 3 }),
    hocuspocus({ url, document, socket, sessionAwareness: true }),
    hocuspocus({ url, document, socket, sessionAwareness: true }),
    hocuspocus({ url, document, flushDelay: 20 })
  ]
  const even = async when => {
    await until(() => sessions.every(session => session.settled()), () => `${when}: ${JSON.stringify(sessions.map(s => s.state()))}`)
    // A moment for what would be one too many.
    await sleep(150)
    for (const { dialect, account, unsynced, provider } of sessions) {
      const counts = `${dialect}, ${when}: owed ${account.owed}, applied ${account.applied}, refused ${account.refused}, unsynced ${unsynced.slice(-4)}`
      check(provider.unsyncedChanges === 0 && !provider.hasUnsyncedChanges && provider.synced, counts)
      check(account.owed === account.applied && account.refused === 0 && !account.surplus, counts)
      check(Math.min(...unsynced) === 0, counts)
    }
  }
  await until(() => stream.settled(), () => JSON.stringify(stream.state()))
  await even('after the first sync')

  // Bursts from everybody at once.
  for (let burst = 0; burst < 20; burst++) {
    for (const { doc } of sessions) for (let n = 0; n < 5; n++) doc.getText('text').insert(0, `${burst}.${n} `)
    check(sessions[0].provider.unsyncedChanges >= 5, 'an edit counts as unsynced until the server says otherwise')
    await sleep(5)
  }
  await even('after bursts')

  // The same edits once more from somebody who has them already.
  const twin = hocuspocus({ url, document, doc: sessions[0].doc })
  sessions.push(twin)
  await even('with two providers on one document')
  sessions[0].doc.getText('text').insert(0, 'through two providers ')
  await even('after an edit through two providers')

  // Work done while away.
  sessions[1].disconnect()
  for (let n = 0; n < 10; n++) sessions[1].doc.getText('text').insert(0, `offline ${n} `)
  await sleep(100)
  check(sessions[1].provider.hasUnsyncedChanges, 'offline edits are unsynced')
  await sessions[1].connect()
  await even('after offline work')

  // A cut in the middle of a burst.
  for (let n = 0; n < 10; n++) sessions[0].doc.getText('text').insert(0, `cut ${n} `)
  sessions[0].tap.cut()
  for (let n = 0; n < 10; n++) sessions[0].doc.getText('text').insert(0, `after ${n} `)
  await until(() => sessions[0].tap.opens === 2)
  await even('after a cut')

  for (const { provider } of sessions) provider.forceSync()
  await even('after forceSync')

  // y-websocket has no counter: its own words that come back are the acknowledgement.
  const edits = Array.from({ length: 60 }, (_, n) => `<edit ${n}>`)
  for (const [n, edit] of edits.entries()) {
    stream.doc.getText('text').insert(0, edit)
    if (n % 10 === 0) await sleep(10)
  }
  await until(() => edits.every(edit => echoed.has(edit)), () => `echoed: ${[...echoed]}`)
  const texts = new Set([stream, ...sessions].map(({ doc }) => doc.getText('text').toString()))
  await until(() => new Set([stream, ...sessions].map(({ doc }) => doc.getText('text').toString())).size === 1, () => `${texts.size} texts`)
  return { length: stream.doc.getText('text').length }
})
