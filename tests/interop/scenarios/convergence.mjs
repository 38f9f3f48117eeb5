// Ten clients of every kind edit, are cut, go offline and come back, while the test restarts the server.
// Job: {url, document, seed, rounds}. Prints `paused` before each restart and goes on at a word.
import * as Y from 'yjs'
import { Awareness } from 'y-protocols/awareness'
import { hocuspocus, hocuspocusSocket, yWebsocket } from '../clients/clients.mjs'
import { makeEditor, makeRandom } from '../clients/edits.mjs'
import { say, scenario, sleep, until, word } from '../clients/job.mjs'
import { difference, truth } from '../clients/truth.mjs'

await scenario(async ({ url, document, seed, rounds, editsPerRound }) => {
  const random = makeRandom(seed)
  const shared = hocuspocusSocket({ url })
  const alsoShared = hocuspocusSocket({ url })
  const both = new Y.Doc()
  const bothAwareness = new Awareness(both)
  const clients = [
    yWebsocket({ url, document }),
    yWebsocket({ url, document }),
    yWebsocket({ url, document }),
    yWebsocket({ url, document, doc: new Y.Doc({ gc: false }) }),
    yWebsocket({ url, document, doc: both, awareness: bothAwareness }),
    hocuspocus({ url, document, doc: both, awareness: bothAwareness }),
    hocuspocus({ url, document }),
    hocuspocus({ url, document, version: 3 }),
    hocuspocus({ url, document, socket: shared }),
    hocuspocus({ url, document, socket: alsoShared, sessionAwareness: true }),
    hocuspocus({ url, document, socket: alsoShared, sessionAwareness: true })
  ]
  // The shared sockets carry other documents as well, with edits of their own.
  const others = [hocuspocus({ url, document: `${document}-other`, socket: shared }), hocuspocus({ url, document: `${document}-other`, socket: alsoShared })]
  const names = clients.map(({ dialect }, index) => `${index} (${dialect})`)
  const everybody = [...clients, ...others]
  const editors = everybody.map(({ doc }) => makeEditor(random, doc))

  // Two pairs also talk to each other directly, and lose every other word of it.
  const gossip = (from, to) => from.on('update', (update, origin) => {
    if (origin !== 'gossip' && random.chance(0.5)) Y.applyUpdate(to, update, 'gossip')
  })
  gossip(clients[0].doc, clients[6].doc)
  gossip(clients[6].doc, clients[0].doc)
  gossip(clients[1].doc, clients[8].doc)

  const offline = new Set()
  const weather = () => {
    const dice = random.next()
    const client = random.pick(clients)
    if (dice < 0.4) client.tap.cut()
    else if (dice < 0.7 && offline.size < 4) {
      client.disconnect()
      offline.add(client)
    } else {
      for (const lost of offline) if (random.chance(0.5)) { offline.delete(lost); lost.connect() }
    }
  }

  for (let round = 0; round < rounds; round++) {
    for (let step = 0; step < editsPerRound; step++) {
      editors[random.below(editors.length)]()
      if (random.chance(0.06)) weather()
      if (random.chance(0.25)) await sleep(random.below(12))
    }
    if (round < rounds - 1) {
      say('paused', { round })
      // Nobody waits for the server: edits go on while it is away.
      const returned = word()
      for (let step = 0; step < 40; step++) {
        editors[random.below(editors.length)]()
        await sleep(4)
      }
      await returned
    }
  }
  for (const client of offline) client.connect()

  const settle = async group => {
    await until(
      () => group.every(client => client.settled()),
      () => JSON.stringify(group.filter(client => !client.settled()).map(client => [client.dialect, client.document, client.state()])),
      40_000
    )
    let apart = 'never compared'
    await until(() => (apart = difference(group.map(({ doc }) => doc), names)) === null, () => apart, 20_000)
  }
  await settle(clients)
  await settle(others)

  // An answer to a question of the server is not in the clients' own count.
  const owing = () => everybody.filter(({ account }) => account && account.owed !== account.applied)
  await until(() => owing().length === 0, () => JSON.stringify(owing().map(({ dialect, state }) => [dialect, state()])), 10_000)
  for (const { dialect, account, unsynced, provider } of everybody.filter(client => client.account)) {
    if (Math.min(...unsynced) < 0 || provider.hasUnsyncedChanges) throw new Error(`${dialect} counts ${unsynced.slice(-5)}`)
    if (account.surplus) throw new Error(`${dialect} was acknowledged more than it sent`)
    if (account.refused) throw new Error(`${dialect}: ${account.refused} edits were refused`)
  }
  const size = Y.encodeStateAsUpdate(clients[0].doc).length
  const result = { truth: truth(clients[0].doc), other: truth(others[0].doc), size, reconnects: everybody.reduce((sum, { tap }) => sum + tap.opens, 0) }
  for (const client of everybody) client.destroy()
  return result
})
